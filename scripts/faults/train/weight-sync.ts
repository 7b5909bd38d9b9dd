/**
 * WEIGHT-SYNC: the update of the sampler goes wrong in every way that one can, amid an asynchronous run. The run has to end with an error that
 * says so, by its deadline; nothing that old weights sampled under another name may be on record; and the same command on an
 * engine that works comes to the end, with no token beyond the lag bound. Beside it, a run whose learning rate is too
 * small to change a weight: how far sampler and trainer are apart when nothing but arithmetic can part them.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createOrtEngine } from '../../../src/engine/ort/engine.ts';
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import { asynchronousRecordOf } from '../../../src/recipe/fixtures/asynchronous-record.ts';
import {
  faultyEngine,
  fingerprint,
  type UpdateFault,
  updateFaults,
} from '../../../src/recipe/fixtures/faulty-engine.ts';
import { tinyRecipe } from '../../../src/recipe/fixtures/sitting.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { silentProgress } from '../../../src/recipe/progress.ts';
import { type RunOptions, runRecipe } from '../../../src/recipe/run.ts';
import { decodeSamples } from '../../../src/train/rollout-codec.ts';
import { type Section, secondsText } from '../setting.ts';

export interface WeightSyncOptions {
  readonly faults: readonly UpdateFault[];
  readonly steps: number;
  readonly atUpdate: number;
  /** Of the runs without learning, and the lag bound of each. */
  readonly paritySteps: number;
  readonly parityBounds: readonly number[];
}

const maxLag = 2;

export const longWeightSync: WeightSyncOptions = {
  faults: updateFaults,
  steps: 8,
  atUpdate: 4,
  paritySteps: 50,
  parityBounds: [0, maxLag],
};

const shape = { problemsPerStep: 4, groupSize: 4 };
/** Of an update that hangs: well above what one takes on a busy machine. */
const updateSeconds = 10;
/** From the update that goes wrong to the end of the run. */
const mostSeconds = 30;
/** SAME-LOGPROB. */
const mostDifference = 5e-5;
/** By the estimate (r − 1) − log r of a token. The figure of a step, the mean of −log r, is no smaller than float32 rounds. */
const mostMismatchKl = 1e-9;

const expected: Readonly<Record<UpdateFault, RegExp>> = {
  throws: /did not take the new weights: connection reset/,
  hangs: /did not take the new weights: the update did not end within/,
  'answer-lost': /did not take the new weights: the answer to the update was lost/,
  torn: /sampler and trainer disagree/,
  'confirm-throws': /connection reset by the sampler/,
  'confirm-hangs': /the comparison of sampler and trainer did not end within/,
  'kept-honest': /the sampler used the weights after/,
  'kept-silent': /sampler and trainer disagree/,
  'half-honest': /the sampler used the weights after/,
  'half-silent': /sampler and trainer disagree/,
  restarted: /the sampler used the weights after/,
  'stale-cache': /sampler and trainer disagree/,
};

export async function weightSync(options: WeightSyncOptions): Promise<Section> {
  const root = mkdtempSync(path.join(tmpdir(), 'qed-weight-sync-'));
  const engine = createOrtEngine({ threads: 2 });
  try {
    const before = path.join(root, 'before');
    await runRecipe({ ...recipeOptions(before, 1, {}), engine, to: 'sft' });
    const rows: string[][] = [];
    const faults: string[] = [];
    for (const fault of options.faults) {
      const { row, found } = await oneFault(root, before, engine, { ...options, fault });
      rows.push(row);
      faults.push(...found.map((text) => `${fault}: ${text}`));
    }
    for (const lag of options.parityBounds) {
      const { row, found } = await parity(root, engine, { steps: options.paritySteps, maxLag: lag });
      rows.push(row);
      faults.push(...found);
    }
    if (faults.length === 0) rmSync(root, { recursive: true });
    else console.log(`\nThe runs with faults are in ${root}`);
    return {
      title: `train: the sampler's update goes wrong (at update ${options.atUpdate} of ${options.steps + 1}, lag bound ${maxLag})`,
      heading: [
        'fault',
        'the run says',
        'steps before',
        'it ended after',
        'old samples returned, kept',
        'then',
      ],
      rows,
      faults,
      summary: `${options.faults.length} faults; ${faults.length === 0 ? 'each told before anything was trained on it, and mended by the same command' : `${faults.length} broken promises`}`,
    };
  } finally {
    await engine.close();
  }
}

type Sets = Readonly<Record<string, string | number>>;

/** The tiny recipe with stage rl alone behind the supervised ones. */
function recipeOptions(runDirectory: string, steps: number, sets: Sets): RunOptions {
  const all: Sets = {
    ...{ 'rl.steps': steps, 'rl.problemsPerStep': shape.problemsPerStep, 'rl.groupSize': shape.groupSize },
    ...{ 'rl.pipeline.maxLag': maxLag, 'rl.pipeline.updateSeconds': updateSeconds, 'rl.checkpointEvery': 2 },
    ...{ 'rl.zeroVarianceGroups': 'refill', judge: 'null', evaluate: 'null' },
    ...sets,
  };
  const { recipe, text, directory } = loadRecipe(
    tinyRecipe,
    Object.entries(all).map(([field, value]) => `${field}=${value}`),
  );
  const signal = new AbortController().signal;
  return {
    ...{ recipe, recipeText: text, recipeDirectory: directory, runDirectory },
    ...{ progress: silentProgress, signal },
  };
}

type Engine = ReturnType<typeof createOrtEngine>;

async function oneFault(
  root: string,
  before: string,
  engine: Engine,
  { fault, steps, atUpdate }: WeightSyncOptions & { readonly fault: UpdateFault },
): Promise<{ row: string[]; found: string[] }> {
  const run = path.join(root, fault);
  cpSync(before, run, { recursive: true });
  // The run before had another number of steps in its recipe.
  rmSync(path.join(run, 'recipe.yaml'));
  const options = recipeOptions(run, steps, {});
  const found: string[] = [];
  const faulty = faultyEngine(engine, { fault, atUpdate });
  let said = 'NOTHING';
  try {
    await runRecipe({ ...options, engine: faulty.engine, to: 'rl' });
    found.push('the run came to its end');
  } catch (error) {
    said = error instanceof Error ? error.message : String(error);
  }
  const seconds = faulty.secondsSince();
  if (!(seconds <= mostSeconds)) found.push(`it took ${secondsText(seconds)} to the end`);
  if (!faulty.hasHappened()) found.push('it did not come to the update');
  if (!expected[fault].test(said)) found.push(`it said: ${said}`);
  const { recorded, kept } = await recordOf(run, faulty.returned);
  // Update k gives the weights of step k − 1: that step is recorded at most.
  if (recorded > atUpdate - 1) found.push(`${recorded} steps were recorded`);
  if (kept > 0) found.push(`${kept} samples of old weights are on record`);

  await runRecipe({ ...options, engine, to: 'rl' });
  const record = await asynchronousRecordOf(run, { ...shape, steps, maxLag });
  found.push(...record.faults);
  return {
    row: [
      ...[fault, said.split(/[:.]\s/)[0] ?? '', `${recorded}`, secondsText(seconds)],
      ...[
        `${faulty.returned.size}, ${kept}`,
        `${record.steps} steps, lags ${[...record.tokensByLag.keys()].join(' ')}, ${record.mixedGroups} groups of several versions`,
      ],
    ],
    found,
  };
}

/** Steps that are recorded, and of the samples on record those that are among these. */
async function recordOf(
  run: string,
  stale: ReadonlySet<string>,
): Promise<{ recorded: number; kept: number }> {
  const reader = new JournalReader(run);
  try {
    let recorded = 0;
    for await (const { key } of reader.values('rl/step')) recorded = Math.max(recorded, Number(key));
    let kept = 0;
    for await (const { label, payload } of reader.effects()) {
      if (label !== 'attempt' || payload === undefined) continue;
      for (const sample of decodeSamples(payload)) if (stale.has(fingerprint(sample))) kept += 1;
    }
    return { recorded, kept };
  } finally {
    reader.close();
  }
}

/** A learning rate that no float32 weight can feel. */
const noLearning = 1e-30;

interface MetricsLine {
  readonly stage: string;
  readonly mismatchKl?: number;
  readonly maxRatio?: number;
  readonly canaryMismatch?: number;
}

async function parity(
  root: string,
  engine: Engine,
  { steps, maxLag: lag }: { readonly steps: number; readonly maxLag: number },
): Promise<{ row: string[]; found: string[] }> {
  const run = path.join(root, `parity-${lag}`);
  const sets = { 'rl.optimiser.learningRate': noLearning, 'rl.pipeline.maxLag': lag };
  await runRecipe({ ...recipeOptions(run, steps, sets), engine, to: 'rl' });
  const lines = readFileSync(path.join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as MetricsLine)
    .filter(({ stage }) => stage === 'rl');
  const most = (of: (line: MetricsLine) => number | undefined) =>
    Math.max(...lines.map((line) => Math.abs(of(line) ?? 0)));
  const kl = most(({ mismatchKl }) => mismatchKl);
  const ratio = most(({ maxRatio }) => Math.log(maxRatio ?? 1));
  const canary = most(({ canaryMismatch }) => canaryMismatch);
  const name = `no learning, bound ${lag}`;
  const found: string[] = [];
  if (lines.length !== steps) found.push(`${name}: ${lines.length} steps instead of ${steps}`);
  if (!(Math.max(ratio, canary) <= mostDifference))
    found.push(`${name}: a log-prob differs by ${Math.max(ratio, canary)}`);
  const squared = Math.max(ratio, canary) ** 2 / 2;
  if (!(squared < mostMismatchKl)) found.push(`${name}: the mismatch KL of a token is ${squared}`);
  const figures = `mismatch KL at most ${squared.toExponential(1)} (mean of −log r ${kl.toExponential(1)}), log-probs ${ratio.toExponential(1)}, canary ${canary.toExponential(1)}`;
  return { row: [name, figures, `${lines.length}`, '–', '–', '–'], found };
}
