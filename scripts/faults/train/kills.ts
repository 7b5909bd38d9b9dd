/**
 * KILL-ANYWHERE for reinforcement learning that samples, grades and trains at the same time: SIGKILL at seeded moments amid
 * sampling, grading, training, checkpointing and at any time; the judge, a process of its own, is killed and started again
 * meanwhile. Afterwards the accounts are drawn up: from the journal (EMIT-ONCE, LAG-BOUND), from the witness (PAY-ONCE, no
 * step applied twice) and from the judge's own log. That a synchronous run ends byte for byte as its twin is tests kills
 * and repeated.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import { accountsOf } from '../../../src/recipe/fixtures/accounts.ts';
import { asynchronousRecordOf } from '../../../src/recipe/fixtures/asynchronous-record.ts';
import { type Ending, livesOf, sit } from '../../../src/recipe/fixtures/sitting.ts';
import type { KillMoment } from '../../../src/recipe/fixtures/witness.ts';
import { Random } from '../../../src/stats/random.ts';
import { few, presetText, quantile } from '../prove/setting.ts';
import { type Section, secondsText } from '../setting.ts';
import { MortalJudge } from './mortal-judge.ts';

export interface TrainKillOptions {
  readonly seed: number;
  readonly kills: number;
  readonly steps: number;
  readonly maxLag: number;
}

export const longTrainKills = (seed: number): TrainKillOptions => ({ seed, kills: 60, steps: 40, maxLag: 3 });

const shape = { problemsPerStep: 4, groupSize: 4 };
const checkpointEvery = 3;
/** Gradings, and so calls of the judge, at once. */
const gradingAtOnce = 8;
const kinds = ['sampling', 'grading', 'training', 'checkpoint', 'any time'] as const;
type Kind = (typeof kinds)[number];

/** How far the run is, by its record. */
interface Progress {
  readonly steps: number;
  readonly batches: number;
  readonly attempts: number;
  readonly checkpoint: number;
}

export async function trainKills(options: TrainKillOptions): Promise<Section> {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-train-kills-'));
  const judge = new MortalJudge(path.join(directory, 'judge.log'));
  try {
    await judge.start();
    const section = await killed(directory, judge, options);
    if (section.faults.length === 0) rmSync(directory, { recursive: true });
    else console.log(`\nThe run with faults is in ${directory}`);
    return section;
  } finally {
    await judge.close();
  }
}

async function killed(directory: string, judge: MortalJudge, options: TrainKillOptions): Promise<Section> {
  const { kills, steps, maxLag, seed } = options;
  const random = new Random('train-kills', seed);
  const run = path.join(directory, 'run');
  const preset = path.join(directory, 'judge.yaml');
  const concurrency = { initial: gradingAtOnce, most: gradingAtOnce };
  writeFileSync(preset, presetText({ name: 'judge', concurrency }));
  const sets = {
    ...{ 'rl.steps': steps, 'rl.problemsPerStep': shape.problemsPerStep, 'rl.groupSize': shape.groupSize },
    ...{ 'rl.pipeline.maxLag': maxLag, 'rl.pipeline.gradingAtOnce': gradingAtOnce },
    ...{ 'rl.zeroVarianceGroups': 'refill', 'rl.grader': preset, 'rl.checkpointEvery': checkpointEvery },
    // A judge that has just died leaves attempts without a grade; how many a step may have is not what is tested.
    ...{ 'rl.maxUngraded': 1, 'rl.minimumGraded': 2, judge: 'null', evaluate: 'null' },
  };
  const args = Object.entries(sets).flatMap(([field, value]) => ['--set', `${field}=${value}`]);
  const environment = { QED_SCRIPTED_URL: judge.baseUrl };
  const before = await sit(run, { args: [...args, '--to', 'sft'], environment });
  if (before.code !== 0) throw new Error(`the stages before failed: ${before.errors}`);

  const faults: string[] = [];
  const ends = new Map<Kind, number>();
  /** The run cannot get through while kills are due, however fast the machine is. */
  const atLatest: KillMoment = { operation: 'append', path: `rl/step/${steps}`, when: 'before' };
  for (let kill = 0; kill < kills; kill += 1) {
    const kind = kinds[kill % kinds.length] ?? 'any time';
    const progress = await progressOf(run);
    const stepsToGo = (2 * (steps - progress.steps)) / (kills - kill);
    const attemptsAStep = progress.attempts / Math.max(1, progress.batches);
    const attempts = Math.ceil(Math.max(1, stepsToGo * Math.max(16, attemptsAStep)) * random.next());
    const ending = endingOf(kind, { progress, attempts, steps, random, judge });
    // Most sittings lose their judge first.
    const lost =
      random.next() < 0.8 ? judgeDiesAfter(judge, Math.ceil((attempts * random.next()) / 4)) : undefined;
    const sitting = await sit(run, { args, environment, ending, atLatest });
    await lost?.done();
    if (sitting.signal !== 'SIGKILL')
      faults.push(
        `kill ${kill + 1} (${kind}): the run ended with ${sitting.code} before: ${sitting.errors.slice(-300)}`,
      );
    ends.set(kind, (ends.get(kind) ?? 0) + 1);
    if (sitting.signal === null) break;
  }
  const last = await sit(run, { args, environment });
  if (last.code !== 0) faults.push(`it ended with ${last.code}: ${last.errors.slice(-500)}`);

  const record = await asynchronousRecordOf(run, { ...shape, steps, maxLag });
  const lives = livesOf(run);
  const accounts = accountsOf(lives);
  const account = judge.account();
  faults.push(...few(record.faults), ...few(accounts.faults));
  const inFlight = (lives.length - 1) * gradingAtOnce;
  if (account.answeredAgain > inFlight)
    faults.push(
      `the judge answered ${account.answeredAgain} requests again; ${inFlight} were in flight at deaths at most`,
    );
  const mostLag = Math.max(...record.tokensByLag.keys());
  if (mostLag === 0) faults.push('no token was older than its step: nothing was asynchronous');
  const dropped = Object.values(record.dropped).reduce((sum, count) => sum + count, 0);
  const resumes = lives.slice(1).flatMap(({ secondsToResume }) => secondsToResume ?? []);
  return {
    title: `train: killed anywhere (${steps} steps of ${shape.problemsPerStep} × ${shape.groupSize}, lag bound ${maxLag}, refill, a judge)`,
    heading: ['what', 'figure'],
    rows: [
      ['kills', [...ends].map(([kind, count]) => `${count} ${kind}`).join(', ')],
      ['deaths of the judge', `${judge.deaths}`],
      ['groups dispatched', `${record.trained + dropped + record.cancelled}`],
      [
        '= trained + dropped + cancelled',
        `${record.trained} + ${dropped} + ${record.cancelled}${
          dropped === 0
            ? ''
            : ` (${Object.entries(record.dropped)
                .map(([reason, count]) => `${count} ${reason}`)
                .join(', ')})`
        }`,
      ],
      [
        'tokens trained by lag',
        [...record.tokensByLag].map(([lag, tokens]) => `${lag}: ${tokens}`).join(', '),
      ],
      ['steps recorded, applied again from a checkpoint', `${record.steps}, ${accounts.appliedAgain}`],
      ['effects lost before they were acknowledged', `${accounts.madeAgain}`],
      ['acknowledged effects made again', `${accounts.faults.length}`],
      [
        'the judge: requests, replies, replies again',
        `${account.requests}, ${account.answered}, ${account.answeredAgain}`,
      ],
      ['attempts, of those trained on without a grade', `${record.attempts}, ${record.ungraded}`],
      ['to the first new work, median', secondsText(quantile(resumes, 0.5))],
    ],
    faults,
    summary: `${kills} kills and ${judge.deaths} of the judge; ${faults.length === 0 ? 'the accounts are in order' : `${faults.length} faults`}`,
  };
}

interface Where {
  readonly progress: Progress;
  /** To be sampled or graded before the kill. */
  readonly attempts: number;
  readonly steps: number;
  readonly random: Random;
  readonly judge: MortalJudge;
}

function endingOf(kind: Kind, { progress, attempts, steps, random, judge }: Where): Ending {
  const early = random.next() < 0.5;
  const moment = (at: KillMoment): Ending => ({ kind: 'moment', moment: at });
  const when = early ? 'before' : 'after';
  const step = Math.min(progress.steps + random.integer(1, 2), steps);
  const checkpoint = (Math.floor(progress.checkpoint / checkpointEvery) + 1) * checkpointEvery;
  switch (kind) {
    case 'sampling':
      return moment({ operation: 'nth', label: 'attempt', count: attempts, when });
    case 'grading':
      return moment({ operation: 'nth', label: 'grade', count: Math.ceil(attempts / 2), when });
    case 'training':
      // Between the batch and the optimiser; or between the optimiser and the record of the step; or after it.
      return moment(
        random.next() < 1 / 3
          ? { operation: 'append', path: `rl/batch/${progress.batches + 1}`, when }
          : { operation: 'append', path: `rl/step/${step}`, when },
      );
    case 'checkpoint':
      return moment({ operation: 'rename', path: `checkpoints/rl/${Math.min(checkpoint, steps)}`, when });
    case 'any time':
      return {
        kind: 'event',
        event: judge.askedMore(Math.ceil(attempts / 2)).then(() => pause(30 * random.next())),
      };
  }
}

/** Kills the judge when it has been asked so often; `done` waits until it is there again, if it was killed. */
function judgeDiesAfter(judge: MortalJudge, times: number): { done(): Promise<void> } {
  let restarting: Promise<void> | undefined;
  let isOver = false;
  judge.askedMore(Math.max(1, times)).then(() => {
    if (!isOver) restarting = judge.restart();
  });
  return {
    done: async () => {
      isOver = true;
      await restarting;
    },
  };
}

async function progressOf(run: string): Promise<Progress> {
  const reader = new JournalReader(run);
  try {
    const count = async (stream: string): Promise<number> => {
      let most = 0;
      for await (const { key } of reader.values(stream)) most = Math.max(most, Number(key));
      return most;
    };
    let attempts = 0;
    for await (const { unit, label } of reader.effects())
      if (label === 'attempt' && !unit.startsWith('rl/held-out/')) attempts += 1;
    const saved = path.join(run, 'checkpoints/rl');
    const checkpoints = existsSync(saved) ? readdirSync(saved).map(Number).filter(Number.isInteger) : [];
    return {
      ...{ steps: await count('rl/step'), batches: await count('rl/batch'), attempts },
      checkpoint: Math.max(0, ...checkpoints),
    };
  } finally {
    reader.close();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
