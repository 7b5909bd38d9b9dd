/** The pictures of a finished step `difficulty`: mean rewards, and lengths of responses. */
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { histogramPicture } from '../histogram-picture.ts';
import type { StepRecord } from '../step-files.ts';

export const difficultyPicture = 'difficulty.svg';
export const lengthsPicture = 'lengths.svg';

const histogramSchema = z.object({ width: z.number(), counts: z.array(z.number()) });

/** The figures of the step, as step.json has them. */
export const difficultyFiguresSchema = z.object({
  attempts: z.object({
    made: z.int(),
    saved: z.int(),
    problemsStopped: z.int(),
    ungraded: z.int(),
  }),
  solvedProblems: z
    .object({ count: z.int(), rate: z.number(), low: z.number(), high: z.number() })
    .optional(),
  passAt1: z.number().optional(),
  meanReward: histogramSchema,
  lengths: z
    .object({
      responses: z.int(),
      cut: z.int(),
      longest: z.number(),
      median: z.number(),
      within: z.object({
        share: z.number(),
        tokens: z.number().nullable(),
        low: z.number().nullable(),
        high: z.number().nullable(),
      }),
      histogram: histogramSchema,
    })
    .optional(),
});
export type DifficultyStepFigures = z.infer<typeof difficultyFiguresSchema>;

/** Writes them beside step.json. Throws a ZodError for the record of another step. */
export async function drawDifficulty(out: string, record: Pick<StepRecord, 'figures'>): Promise<void> {
  const { meanReward, lengths } = difficultyFiguresSchema.parse(record.figures);
  const edges = ({ width, counts }: z.infer<typeof histogramSchema>): number[] =>
    Array.from({ length: counts.length + 1 }, (_, bin) => Number((bin * width).toFixed(6)));
  const measured = meanReward.counts.reduce((sum, count) => sum + count, 0);
  await writeFileAtomic(
    path.join(out, difficultyPicture),
    histogramPicture({
      ...{ edges: edges(meanReward), label: 'mean reward', counted: 'problems' },
      panels: [{ title: `measured: ${measured}`, counts: meanReward.counts }],
    }),
  );
  if (lengths === undefined) return;
  const { share, tokens } = lengths.within;
  await writeFileAtomic(
    path.join(out, lengthsPicture),
    histogramPicture({
      ...{ edges: edges(lengths.histogram), label: 'tokens of a response', counted: 'responses' },
      panels: [
        { title: `${lengths.responses}, of which ${lengths.cut} were cut`, counts: lengths.histogram.counts },
      ],
      marks: tokens === null ? [] : [{ at: tokens, text: `${100 * share} % end within ${tokens}` }],
    }),
  );
}
