/**
 * STRAGGLER-AND-DEAD-WORKER: stage rl with rollouts of 180 kB and a judge that is ten times slower than the sampler, so that
 * thousands wait. Some attempts take fifty times as long as others and some never end; a worker dies with what it holds and
 * comes back with late answers; one becomes slow; the run is told to stop, and goes on in another sitting; somebody reads it
 * meanwhile. Engine and judge are scripted, all between them is what every run has.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { asynchronousRecordOf } from '../../../src/recipe/fixtures/asynchronous-record.ts';
import { sit } from '../../../src/recipe/fixtures/sitting.ts';
import { few } from '../prove/setting.ts';
import type { Section } from '../setting.ts';
import { effectsMadeAgain } from './effects-made-again.ts';
import { longestToMean } from './scripted-workers.ts';
import { lengthsOfRun } from './straggler-lengths.ts';
import type { SittingFigures, SittingSettings } from './straggler-program.ts';
import { stragglerRows, type ViewerFigures } from './straggler-rows.ts';

export interface StragglerOptions {
  readonly seed: number;
  readonly steps: number;
  readonly groupsPerStep: number;
  readonly groupSize: number;
  readonly maxLag: number;
  /** Mean of a rollout: eight a token. */
  readonly payloadBytes: number;
  /** For samples that wait, `rl.pipeline.heldBytes`. */
  readonly heldBytes: number;
  readonly medianSeconds: number;
  readonly attemptSeconds: number;
  readonly workers: number;
  readonly placesOfWorker: number;
  readonly gradingAtOnce: number;
}

const stragglers = { share: 0.05, factor: 50 };
const neverShare = 0.01;
const medianSeconds = 0.15;

/** 10,240 rollouts of 180 kB; while 128 are trained, 5,120 are under way. Larger: more rollouts, as many under way. */
export const longStragglers = (seed: number, scale: number): StragglerOptions => ({
  ...{ seed, steps: Math.max(8, Math.round(80 * scale)), groupsPerStep: 16, groupSize: 8 },
  ...{ maxLag: Math.min(39, Math.max(3, Math.round(39 * scale))), payloadBytes: 180_000, heldBytes: 2 ** 26 },
  // Longer than any attempt takes that ends: what is dropped for its time is what never ends, whatever its length.
  ...{ medianSeconds, attemptSeconds: Math.ceil(1.05 * medianSeconds * stragglers.factor * longestToMean) },
  ...{ workers: 8, placesOfWorker: 32, gradingAtOnce: 10 },
});

/** How many times slower than the sampler the judge is. */
const judgeSlowness = 10;
/** The viewer reads for so long, then not, and so on. */
const viewerMilliseconds = 5_000;
const recipeSeed = 7;

export async function stragglerTest(options: StragglerOptions): Promise<Section> {
  const root = mkdtempSync(path.join(tmpdir(), 'qed-stragglers-'));
  const run = path.join(root, 'run');
  const faults: string[] = [];
  await before(root, run, options);
  const sittings: SittingFigures[] = [];
  const viewers: ViewerFigures[] = [];
  const rollouts = options.steps * options.groupsPerStep * options.groupSize;
  const at = (share: number): number => Math.round(share * rollouts);
  const scripts: SittingSettings['script'][] = [
    [
      { graded: at(0.2), trouble: 'a worker dies' },
      { graded: at(0.35), trouble: 'it comes back' },
      { graded: at(0.45), trouble: 'a worker is slow' },
      { graded: at(0.6), trouble: 'it is itself again' },
      { graded: at(0.7), trouble: 'stop' },
    ],
    [],
  ];
  for (const [index, script] of scripts.entries()) {
    const { figures, viewer } = await oneSitting(root, run, index, options, script);
    sittings.push(figures);
    viewers.push(viewer);
    const expected = index === 0 ? 'stopped' : 'finished';
    if (figures.status !== expected) faults.push(`sitting ${index + 1} ended as ${figures.status}`);
  }
  const { steps, groupsPerStep, groupSize, maxLag, payloadBytes } = options;
  const shape = { steps, problemsPerStep: groupsPerStep, groupSize, maxLag };
  const record = await asynchronousRecordOf(run, shape);
  faults.push(...few(record.faults));
  const lengths = await lengthsOfRun(run, { ...shape, recipeSeed, meanTokens: payloadBytes / 8 });
  faults.push(...lengths.faults);
  const madeAgain = effectsMadeAgain(scripts.map((_, index) => effectsFile(root, index)));
  const told = stragglerRows({ options, rollouts, sittings, viewers, record, lengths, madeAgain });
  faults.push(...told.faults);
  if (faults.length === 0) rmSync(root, { recursive: true });
  else console.log(`\nThe run with faults is in ${root}`);
  return {
    title: `train: stragglers and dead workers (${rollouts} rollouts of ${payloadBytes / 1000} kB, lag bound ${maxLag}, scripted workers and judge)`,
    heading: ['what', 'figure', 'wanted'],
    rows: told.rows,
    faults,
    summary: faults.length === 0 ? told.summary : `${faults.length} faults`,
  };
}

/** A run with everything that stage rl begins from. */
async function before(root: string, run: string, options: StragglerOptions): Promise<void> {
  const first = path.join(root, 'before');
  const args = setsOf(options).flatMap((set) => ['--set', set]);
  const { code, errors } = await sit(first, { args: [...args, '--to', 'sft'] });
  if (code !== 0) throw new Error(`the stages before failed: ${errors}`);
  cpSync(first, run, { recursive: true });
}

function setsOf(options: StragglerOptions): string[] {
  const { steps, groupsPerStep, groupSize, maxLag, heldBytes, attemptSeconds, gradingAtOnce, seed } = options;
  const sets = {
    ...{ seed: recipeSeed + seed - 1, judge: 'null', evaluate: 'null', 'rl.steps': steps },
    'data.validationProblems': 4,
    ...{ 'rl.problemsPerStep': groupsPerStep, 'rl.groupSize': groupSize },
    ...{ 'rl.grader': 'exact', 'rl.truncation': 'zero' },
    ...{ 'rl.zeroVarianceGroups': 'keep', 'rl.evaluateEvery': 10_000, 'rl.checkpointEvery': 10 },
    ...{ 'rl.pipeline.maxLag': maxLag, 'rl.pipeline.heldBytes': heldBytes },
    ...{ 'rl.pipeline.attemptSeconds': attemptSeconds, 'rl.pipeline.gradingAtOnce': gradingAtOnce },
    'rl.pipeline.stragglerSeconds': 2 * attemptSeconds,
  };
  return Object.entries(sets).map(([field, value]) => `${field}=${value}`);
}

async function oneSitting(
  root: string,
  run: string,
  index: number,
  options: StragglerOptions,
  script: SittingSettings['script'],
): Promise<{ readonly figures: SittingFigures; readonly viewer: ViewerFigures }> {
  const { workers, placesOfWorker, medianSeconds, gradingAtOnce, payloadBytes } = options;
  const meanSeconds = medianSeconds * (1 + stragglers.share * (stragglers.factor - 1));
  const settings: SittingSettings = {
    ...{ run, sets: setsOf(options), script },
    figuresFile: path.join(root, `sitting-${index}.json`),
    effectsFile: effectsFile(root, index),
    ...{ workers, placesOfWorker, meanTokens: payloadBytes / 8, medianSeconds, stragglers, neverShare },
    judgeSeconds: (judgeSlowness * gradingAtOnce * meanSeconds) / (workers * placesOfWorker),
  };
  const viewerFile = path.join(root, `viewer-${index}.json`);
  const viewer = child('viewer-program.ts', [run, viewerFile]);
  const sitting = child('straggler-program.ts', [JSON.stringify(settings)]);
  let reads = false;
  const turns = setInterval(() => {
    reads = !reads;
    if (viewer.connected) viewer.send({ reads });
    if (sitting.connected) sitting.send({ viewer: reads });
  }, viewerMilliseconds);
  const code = await ended(sitting);
  clearInterval(turns);
  const left = ended(viewer);
  viewer.disconnect();
  await left;
  if (code !== 0) throw new Error(`sitting ${index + 1} ended with ${code}; the run is in ${root}`);
  return {
    figures: JSON.parse(readFileSync(settings.figuresFile, 'utf8')) as SittingFigures,
    viewer: JSON.parse(readFileSync(viewerFile, 'utf8')) as ViewerFigures,
  };
}

function effectsFile(root: string, sitting: number): string {
  return path.join(root, `effects-${sitting}.txt`);
}

function child(program: string, args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(program, import.meta.url));
  return fork(file, args, { execArgv: ['--no-warnings'] });
}

function ended(process: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    process.once('error', reject);
    process.once('exit', resolve);
  });
}
