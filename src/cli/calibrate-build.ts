/**
 * `qed calibrate --build DIR`: makes a set in the distribution of one's own training: candidates of several models at drawn
 * problems, graded by a named strong judge. The set is `set.jsonl` in the directory, and `--on` reads it.
 */
import path from 'node:path';
import type { Attempting } from '../curate/attempts/attempt.ts';
import type { GradeRecord } from '../problems/graded/grade-record.ts';
import { type AskedModel, readAskOptions, readModelOptions } from './ask-options.ts';
import type { CalibrateOptions } from './calibrate.ts';
import { told, wholeNumber } from './prove-setup.ts';
import { UserError } from './user-error.ts';

/** Where neither a person nor the model says. */
const usual = { maxTokens: 16_384, temperature: 0.8 };

const strange = [
  'on',
  'styles',
  'efforts',
  'reference',
  'repeats',
  'limit',
  'threshold',
  'injections',
  'pin',
  'drift',
  'html',
] as const;

/** Returns the exit code. */
export async function buildSet(
  options: CalibrateOptions,
  isGiven: (option: keyof CalibrateOptions) => boolean,
): Promise<number> {
  const stray = strange.find(isGiven);
  if (stray !== undefined)
    throw new UserError(`--${stray} goes not with --build, which makes a set and measures nothing`, {
      exitCode: 2,
    });
  const { problems: input, build = '' } = options;
  if (input === undefined)
    throw new UserError('--problems is missing: JSONL of problems, or the directory of a step of qed data', {
      exitCode: 2,
    });
  const [spec, ...others] = options.judge;
  if (spec === undefined || others.length > 0)
    throw new UserError(
      '--judge: one judge is expected, whose grades the set will have; ensemble(A,B) is one',
      {
        exitCode: 2,
      },
    );
  if (options.model.length === 0)
    throw new UserError('--model is missing: one or more whose candidates are graded; the paper took two', {
      exitCode: 2,
    });
  const { resolveArms } = await import('./calibrate-setup.ts');
  const { runAsk } = await import('./ask-run.ts');
  const { solverPrompt } = await import('./solver-prompt.ts');
  const { openModel } = await import('./open-models.ts');
  const { eventsTo, opened } = await import('./judge-setup.ts');
  const { readStepRecord, rowsPath } = await import('../curate/step-files.ts');
  const { buildStep } = await import('../curate/calibrate/build-step.ts');
  const { drawProblems } = await import('../curate/calibrate/draw-problems.ts');
  const { writeFileAtomic } = await import('../journal/atomic-file.ts');
  const { mkdir } = await import('node:fs/promises');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const asked = await readAskOptions({ ...options, maxFailed: '0' });
  const count = wholeNumber('--count', options.count, 1);
  const candidates = wholeNumber('--candidates', options.candidates, 2);
  const prompt = await solverPrompt('--prompt', options.prompt);
  const { maxTokens, temperature } = options;
  const models: AskedModel[] = [];
  for (const model of options.model) {
    const limits = {
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(temperature === undefined ? {} : { temperature }),
    };
    models.push(await readModelOptions({ model, ...limits }, usual));
  }
  const { arms, remarks } = await resolveArms({ judge: [spec] }, []);
  const [arm] = arms;
  if (arm === undefined) throw new RangeError('no judge was resolved');
  await told(() => rowsPath(input), ['Error']);
  const drawn = await told(
    () => drawProblems(input, { count, seed: asked.seed, lacks: (row) => arm.arm.missing(row) }),
    ['Error', 'DataFileError'],
  );
  if (drawn.rows.length === 0)
    throw new UserError(
      `${input}: none of its ${drawn.lacking} problems has what ${spec} needs; say it what it may do without: "MODEL(scheme=if-any,reference=if-any)"`,
      { exitCode: 1 },
    );
  const out = path.resolve(build);
  await mkdir(out, { recursive: true });
  const chosen = path.join(out, 'problems.jsonl');
  await writeFileAtomic(chosen, drawn.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const records: GradeRecord[] = [];
  const code = await runAsk({
    ...{ ...asked, input: chosen, out, json: options.json === true },
    isPriced: [...models.map(({ resolved }) => resolved), ...arm.grader.models].every(
      ({ price }) => price !== undefined,
    ),
    remarks: [
      `${drawn.rows.length} problems drawn from ${drawn.among}${drawn.lacking === 0 ? '' : `; ${drawn.lacking} more lack what the judge needs`}`,
      ...models.flatMap(({ resolved }) => resolved.remarks),
      ...remarks,
    ],
    open: async (view) => {
      const open: { close?(): Promise<void> }[] = [];
      const close = async (): Promise<void> => {
        for (const thing of open.toReversed()) await thing.close?.();
      };
      try {
        const attempting: Attempting[] = [];
        for (const { resolved, ...limits } of models) {
          const model = await openModel(resolved, view);
          open.push(model);
          attempting.push({ model, ask: prompt.ask, ...limits, sampling: resolved.defaults.sampling });
        }
        const judge = await opened(() => arm.grader.open(eventsTo(view)));
        open.push(judge);
        const step = buildStep({ attempting, prompt: prompt.name, candidates, judge }, (record) =>
          records.push(record),
        );
        return { step, close };
      } catch (error) {
        await close();
        throw error;
      }
    },
    summary: ({ figures: { graded, ungraded, withoutProof, sameGrade } }) => [
      `${graded} candidates graded, ${ungraded} without a grade, ${withoutProof} without a proof; at ${sameGrade} problems all have the same grade`,
    ],
  });
  if (code !== 0) return code;
  const set = path.join(out, 'set.jsonl');
  await writeFileAtomic(set, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  process.stderr.write(`the set: qed calibrate --judge JUDGE --on ${shownPath(set)}\n`);
  const ungraded = records.filter(({ points }) => points === null).length;
  const { share } = await import('./bench.ts');
  const limit = share('--max-ungraded', options.maxUngraded);
  if (readStepRecord(out) === undefined || ungraded <= limit * records.length) return 0;
  process.stderr.write(
    `${ungraded} of ${records.length} candidates came to no grade, and ${100 * limit} % is the limit\n`,
  );
  return 1;
}
