/** What a step has measured beside its counts, in words and as histograms: whatever its `step.json` has of what is known here. */
import { z } from 'zod';
import type { StepRecord } from '../../curate/step-files.ts';
import type { DataFigure, DataHistogram } from '../api/data.ts';

export interface StepFigures {
  readonly figures: readonly DataFigure[];
  readonly histograms: readonly DataHistogram[];
}

type Figures = StepRecord['figures'];
const counts = z.array(z.number());
const byName = z.record(z.string(), z.number());

export function stepFigures({ figures, settings }: Pick<StepRecord, 'figures' | 'settings'>): StepFigures {
  return {
    figures: [...plainFigures(figures), ...measuredFigures(figures), ...askedFigures(figures, settings)],
    histograms: [
      ...rewardHistogram(figures),
      ...selectionHistogram(figures),
      ...lengthHistogram(figures),
      ...namedHistogram(figures.difficulties, {
        title: 'Difficulty that the reviewing model noted',
        label: '1 (school) to 10 (hardest of the IMO)',
        counted: 'rows',
      }),
      ...gradeHistogram(figures),
    ],
  };
}

function plainFigures(figures: Figures): DataFigure[] {
  return [
    ...number(figures.evaluationProblems, 'problems that must not be in the data'),
    ...number(figures.evaluationProblemsFound, 'of them found in rows'),
    ...number(figures.contaminatedByEquality, 'rows contaminated through a row that they equal'),
    ...number(figures.nearMisses, 'near misses', 'below the threshold, for a person to look at'),
    ...number(figures.solutionsRemoved, 'solutions taken out of rows that went on'),
  ];
}

function measuredFigures(figures: Figures): DataFigure[] {
  const found: DataFigure[] = [];
  const add = (name: string, value: string, note = ''): void => {
    found.push({ name, value, note });
  };
  const attempts = part(figures.attempts, { made: z.number(), saved: z.number(), ungraded: z.number() });
  if (attempts !== undefined) {
    add(
      'attempts',
      count(attempts.made),
      attempts.saved > 0 ? `${count(attempts.saved)} saved by stopping early` : '',
    );
    if (attempts.ungraded > 0) add('ungraded attempts', count(attempts.ungraded), 'in no mean');
  }
  const solved = part(figures.solvedProblems, {
    ...{ count: z.number(), rate: z.number(), low: z.number(), high: z.number() },
  });
  if (solved !== undefined) {
    const interval = `${percent(solved.rate)} [${percent(solved.low)}, ${percent(solved.high)}]`;
    add('problems that some attempt solved', count(solved.count), interval);
  }
  const pass = z.number().safeParse(figures.passAt1);
  if (pass.success) add('pass@1', percent(pass.data), 'mean share of attempts with full marks');
  const rewards = part(figures.meanReward, { before: z.number().nullable(), after: z.number().nullable() });
  if (rewards !== undefined) {
    add('mean reward before', rewards.before === null ? 'unknown' : rewards.before.toFixed(3));
    add('mean reward after', rewards.after === null ? 'unknown' : rewards.after.toFixed(3));
  }
  const distance = z.number().safeParse(figures.distanceFromShape);
  if (distance.success)
    add(
      'distance from the shape',
      percent(distance.data),
      'of the problems would have to lie in another bin',
    );
  const samples = part(figures.samples, { made: z.number(), kept: z.number(), left: byName });
  if (samples !== undefined) {
    add('samples', count(samples.made));
    add('samples that stay', count(samples.kept), namesWithCounts(samples.left, 'left: '));
  }
  const variants = part(figures.variants, { all: z.number(), onePerProblem: z.number() });
  if (variants !== undefined) add('texts, one per problem', count(variants.onePerProblem));
  const text = part(figures.textTokens, {
    ...{ total: z.number(), median: z.number(), within95: z.number(), longest: z.number() },
  });
  if (text !== undefined) {
    add('tokens of all texts', count(text.total));
    add(
      'tokens of a text',
      count(text.median),
      `median; 95 % within ${count(text.within95)}, longest ${count(text.longest)}`,
    );
  }
  return [...found, ...lengthFigures(figures)];
}

/** The paper's rule for the maximum length: that within which 95 % of the responses end. */
function lengthFigures(figures: Figures): DataFigure[] {
  const lengths = part(figures.lengths, {
    ...{ cut: z.number(), longest: z.number(), median: z.number() },
    within95: z.number().nullable().optional(),
    within: z
      .object({
        ...{ share: z.number(), tokens: z.number().nullable() },
        ...{ low: z.number().nullable(), high: z.number().nullable() },
      })
      .optional(),
  });
  if (lengths === undefined) return [];
  const { within, within95 = null, cut, longest, median } = lengths;
  const tokens = within?.tokens ?? within95;
  const share = percent(within?.share ?? 0.95, 0);
  const interval =
    within?.low == null || within.high == null ? '' : `[${count(within.low)}, ${count(within.high)}]`;
  return [
    { name: 'tokens of a response', value: count(median), note: `median; longest ${count(longest)}` },
    {
      name: `tokens within which ${share} of the responses end`,
      value: tokens === null ? 'unknown' : count(tokens),
      note: tokens === null ? `more than the rest, ${count(cut)} responses, was cut at the limit` : interval,
    },
    ...(cut > 0 ? [{ name: 'responses cut at the limit', value: count(cut), note: '' }] : []),
  ];
}

function askedFigures(figures: Figures, settings: StepRecord['settings']): DataFigure[] {
  const found: DataFigure[] = [];
  for (const [name, label] of [
    ['model', 'model'],
    ['judge', 'judge'],
  ] as const) {
    const value = settings[name];
    if (typeof value === 'string') found.push({ name: label, value, note: '' });
  }
  found.push(...number(figures.asked, 'rows about which the model was asked'));
  const tokens = z.number().safeParse(figures.completionTokens);
  if (tokens.success) found.push({ name: 'reply tokens in all', value: count(tokens.data), note: '' });
  const dollars = z.number().safeParse(figures.dollars);
  if (dollars.success && dollars.data > 0)
    found.push({ name: 'cost', value: `$${dollars.data.toFixed(2)}`, note: '' });
  const flags = byName.safeParse(figures.flags);
  if (flags.success && Object.keys(flags.data).length > 0)
    found.push({ name: 'faults that were raised', value: '', note: namesWithCounts(flags.data) });
  const schemes = byName.safeParse(figures.schemes);
  if (schemes.success) {
    const { written = 0, withAlternatives = 0, kept = 0, fromGuidelines = 0, inWords = 0 } = schemes.data;
    const others = {
      'kept as they were': kept,
      'read from guidelines': fromGuidelines,
      'left in words': inWords,
    };
    found.push({
      name: 'grading schemes written',
      value: count(written),
      note: namesWithCounts({ 'with several ways': withAlternatives, ...others }),
    });
  }
  for (const [name, label] of [
    ['readAtAttempt', 'reviews read at attempt'],
    ['writtenAtAttempt', 'schemes right at attempt'],
  ] as const) {
    const attempts = byName.safeParse(figures[name]);
    if (attempts.success && Object.keys(attempts.data).length > 0)
      found.push({ name: label, value: '', note: namesWithCounts(attempts.data) });
  }
  return found;
}

function rewardHistogram(figures: Figures): DataHistogram[] {
  const rewards = part(figures.meanReward, { width: z.number().positive(), counts });
  if (rewards === undefined) return [];
  return [
    {
      ...{ title: 'How hard the problems are', label: 'mean reward (0 to 1)', counted: 'problems' },
      ...{ edges: edgesOf(rewards.width, rewards.counts.length), names: null, mark: null },
      panels: [{ name: 'problems', counts: rewards.counts, target: null }],
      note: 'Left are problems that hardly any attempt solves.',
    },
  ];
}

function selectionHistogram(figures: Figures): DataHistogram[] {
  const bins = part(figures.bins, {
    ...{ width: z.number().positive(), before: counts, after: counts },
    target: counts.optional(),
  });
  if (bins === undefined) return [];
  const { width, before, after, target = null } = bins;
  return [
    {
      ...{
        title: 'Difficulty before and after selection',
        label: 'mean reward (0 to 1)',
        counted: 'problems',
      },
      ...{ edges: edgesOf(width, before.length), names: null, mark: null },
      panels: [
        { name: 'before', counts: before, target: null },
        { name: 'after', counts: after, target },
      ],
      note: target === null ? '' : 'The line is the shape that was asked for.',
    },
  ];
}

function lengthHistogram(figures: Figures): DataHistogram[] {
  const lengths = part(figures.lengths, {
    histogram: z.object({ width: z.number().positive(), counts }),
    within: z.object({ share: z.number(), tokens: z.number().nullable() }).optional(),
    ...{ cut: z.number(), responses: z.number() },
  });
  if (lengths === undefined) return [];
  const { histogram, within, cut, responses } = lengths;
  const mark =
    within?.tokens == null
      ? null
      : { at: within.tokens, text: `${percent(within.share, 0)} end within ${count(within.tokens)}` };
  return [
    {
      ...{ title: 'How long responses are', label: 'tokens', counted: 'responses', names: null, mark },
      edges: edgesOf(histogram.width, histogram.counts.length),
      panels: [{ name: 'responses', counts: histogram.counts, target: null }],
      note:
        cut === 0
          ? ''
          : `${count(cut)} of ${count(responses)} were cut at the limit, so how long they would be is not known.`,
    },
  ];
}

function gradeHistogram(figures: Figures): DataHistogram[] {
  const grades = part(figures.grades, { points: byName, ungraded: z.number() });
  if (grades === undefined) return [];
  const names = Array.from({ length: 8 }, (_, points) => `${points}`);
  return [
    {
      ...{
        title: 'Grades of the samples that stay',
        label: 'points of 7',
        counted: 'samples',
        edges: null,
        names,
      },
      panels: [{ name: 'samples', counts: names.map((name) => grades.points[name] ?? 0), target: null }],
      mark: null,
      note: grades.ungraded === 0 ? '' : `${count(grades.ungraded)} have no grade.`,
    },
  ];
}

function namedHistogram(
  value: unknown,
  words: Pick<DataHistogram, 'title' | 'label' | 'counted'>,
): DataHistogram[] {
  const parsed = byName.safeParse(value);
  if (!parsed.success || Object.keys(parsed.data).length === 0) return [];
  const names = Array.from({ length: 10 }, (_, index) => `${index + 1}`);
  const panel = { name: words.counted, counts: names.map((name) => parsed.data[name] ?? 0), target: null };
  return [{ ...words, edges: null, names, panels: [panel], mark: null, note: '' }];
}

function part<Shape extends z.ZodRawShape>(
  value: unknown,
  shape: Shape,
): z.infer<z.ZodObject<Shape>> | undefined {
  return z.object(shape).safeParse(value).data;
}

function number(value: unknown, name: string, note = ''): DataFigure[] {
  return typeof value === 'number' ? [{ name, value: count(value), note }] : [];
}

function edgesOf(width: number, bins: number): number[] {
  return Array.from({ length: bins + 1 }, (_, bin) => Number((bin * width).toFixed(9)));
}

function namesWithCounts(values: Readonly<Record<string, number>>, before = ''): string {
  const shown = Object.entries(values).filter(([, value]) => value > 0);
  return shown.length === 0
    ? ''
    : before + shown.map(([name, value]) => `${name} ${count(value)}`).join(', ');
}

function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}
