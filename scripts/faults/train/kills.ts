/**
 * KILL-ANYWHERE for reinforcement learning: SIGKILL at seeded moments amid sampling, grading, training, checkpointing and at
 * any time, so many of each kind. Asynchronous, the judge, a process of its own, is killed and started again meanwhile, and
 * afterwards the accounts are drawn up: from the journal (EMIT-ONCE, LAG-BOUND), from the witness (PAY-ONCE, no step applied
 * twice) and from the judge's own log. With a bound of 0 the run has to end as one that nothing disturbed, to the bit.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Accounts, accountsOf } from '../../../src/recipe/fixtures/accounts.ts';
import {
  type AsynchronousRecord,
  asynchronousRecordOf,
} from '../../../src/recipe/fixtures/asynchronous-record.ts';
import { differences, outcomeOf } from '../../../src/recipe/fixtures/outcome.ts';
import { livesOf, sit } from '../../../src/recipe/fixtures/sitting.ts';
import type { KillMoment } from '../../../src/recipe/fixtures/witness.ts';
import { Random } from '../../../src/stats/random.ts';
import { few, presetText, quantile } from '../prove/setting.ts';
import { type Section, secondsText } from '../setting.ts';
import { checkpointEvery, endingOf, type KillKind, progressOf } from './kill-moments.ts';
import { MortalJudge } from './mortal-judge.ts';

export interface TrainKillOptions {
  readonly seed: number;
  /** The kinds take turns. */
  readonly kinds: readonly KillKind[];
  readonly killsOfEach: number;
  readonly steps: number;
  /** 0: synchronous, compared with a run that nothing disturbs. */
  readonly maxLag: number;
}

const shape = { problemsPerStep: 4, groupSize: 4 };
/** Gradings, and so calls of the judge, at once. */
const gradingAtOnce = 8;

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
  const { kinds, killsOfEach, steps, maxLag } = options;
  const due = new Map<KillKind, number>(kinds.map((kind) => [kind, killsOfEach]));
  const runs: KilledRun[] = [];
  // One after another, until each kind has had its kills: a run has room for so many.
  while ([...due.values()].some((count) => count > 0) && runs.every(({ faults }) => faults.length === 0))
    runs.push(
      await oneRun(path.join(directory, `run-${runs.length + 1}`), judge, {
        ...options,
        due,
        index: runs.length,
      }),
    );

  const faults = runs.flatMap((run) => run.faults);
  const account = judge.account();
  const sum = (of: (run: KilledRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const inFlight = sum(({ deaths }) => deaths) * gradingAtOnce;
  if (account.answeredAgain > inFlight)
    faults.push(
      `the judge answered ${account.answeredAgain} requests again; ${inFlight} were in flight at deaths at most`,
    );
  const reasons = counted(runs.flatMap(({ record }) => Object.entries(record.dropped)));
  const dropped = [...reasons.values()].reduce((total, count) => total + count, 0);
  const [trained, cancelled] = [sum(({ record }) => record.trained), sum(({ record }) => record.cancelled)];
  const lags = counted(runs.flatMap(({ record }) => [...record.tokensByLag]));
  if (maxLag > 0 && Math.max(...lags.keys()) === 0)
    faults.push('no token was older than its step: nothing was asynchronous');
  const ends = kinds.map((kind) => `${killsOfEach - (due.get(kind) ?? 0)} ${kind}`);
  const kills = sum(({ kills: own }) => own);
  return {
    title: `train: killed anywhere (${runs.length} runs of ${steps} steps of ${shape.problemsPerStep} × ${shape.groupSize}, lag bound ${maxLag}, refill, a judge)`,
    heading: ['what', 'figure'],
    rows: [
      ['kills', `${ends.join(', ')}; ${sum(({ atEnd }) => atEnd)} at the end of a run`],
      ...(maxLag === 0 ? [] : [['deaths of the judge', `${judge.deaths}`]]),
      ['groups dispatched', `${trained + dropped + cancelled}`],
      [
        '= trained + dropped + cancelled',
        `${trained} + ${dropped} + ${cancelled}${dropped === 0 ? '' : ` (${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ')})`}`,
      ],
      ['tokens trained by lag', [...lags].map(([lag, tokens]) => `${lag}: ${tokens}`).join(', ')],
      [
        'steps recorded, applied again from a checkpoint, recorded twice',
        `${sum(({ record }) => record.steps)}, ${sum(({ accounts }) => accounts.appliedAgain)}, 0`,
      ],
      ['effects lost before they were acknowledged', `${sum(({ accounts }) => accounts.madeAgain)}`],
      [
        'promises broken: acknowledged and made again, recorded twice',
        `${sum(({ accounts }) => accounts.faults.length)}`,
      ],
      [
        'the judge: requests, replies, replies again',
        `${account.requests}, ${account.answered}, ${account.answeredAgain}`,
      ],
      [
        'attempts, of those trained on without a grade',
        `${sum(({ record }) => record.attempts)}, ${sum(({ record }) => record.ungraded)}`,
      ],
      ...(maxLag === 0
        ? [[asTwin, `${runs.filter((run) => run.isAsTwin).length} of ${runs.length} runs`]]
        : []),
      [
        'to the first new work, median',
        secondsText(
          quantile(
            runs.flatMap(({ resumes }) => resumes),
            0.5,
          ),
        ),
      ],
    ],
    faults,
    summary: `${kills} kills${maxLag === 0 ? '' : ` and ${judge.deaths} of the judge`}; ${faults.length === 0 ? 'the accounts are in order' : `${faults.length} faults`}`,
  };
}

const asTwin = 'to the bit as the twin: problems, groups, digests, versions, losses, grades, weights, report';

interface KilledRun {
  readonly kills: number;
  /** Kills before the last record, so that the run does not end while kills are due: they are of no kind. */
  readonly atEnd: number;
  readonly deaths: number;
  readonly record: AsynchronousRecord;
  readonly accounts: Accounts;
  readonly resumes: readonly number[];
  readonly isAsTwin: boolean;
  readonly faults: readonly string[];
}

/** Takes from `due` what it was killed at. */
async function oneRun(
  run: string,
  judge: MortalJudge,
  options: TrainKillOptions & { readonly due: Map<KillKind, number>; readonly index: number },
): Promise<KilledRun> {
  const { steps, maxLag, seed, due, index } = options;
  const random = new Random('train-kills', seed, maxLag, index);
  const sitting = settingsOf(run, judge, options);
  const before = await sit(run, { ...sitting, args: [...sitting.args, '--to', 'sft'] });
  if (before.code !== 0) throw new Error(`the stages before failed: ${before.errors}`);

  const faults: string[] = [];
  let [kills, atEnd] = [0, 0];
  const atLatest: KillMoment = { operation: 'append', path: `rl/step/${steps}`, when: 'before' };
  while (atEnd === 0) {
    const [kind, left] = [...due].reduce((most, other) => (other[1] > most[1] ? other : most));
    if (left === 0) break;
    const killsLeft = [...due.values()].reduce((total, count) => total + count, 0);
    const progress = await progressOf(run);
    // So that something is left to be sampled at the last of them.
    const attemptsLeft = steps * shape.problemsPerStep * shape.groupSize - progress.attempts;
    const attempts = Math.ceil(Math.max(1, (2 * attemptsLeft) / killsLeft) * random.next());
    const ending = endingOf(kind, { progress, attempts, steps, killsLeft, random, judge });
    // Most sittings lose their judge first. Few attempts have a proof that a judge is asked about.
    const isLost = maxLag > 0 && random.next() < 0.8;
    const lost = isLost ? judgeDiesAfter(judge, random.integer(1, 3)) : undefined;
    const { signal, code, errors } = await sit(run, { ...sitting, ending, atLatest });
    await lost?.done();
    if (signal !== 'SIGKILL') {
      faults.push(`kill ${kills + 1} (${kind}): the run ended with ${code} before: ${errors.slice(-300)}`);
      break;
    }
    // The moment that was meant, or a signal from outside; not the last one, at which it dies in any case.
    if (livesOf(run).at(-1)?.killedAt === JSON.stringify(atLatest)) atEnd += 1;
    else due.set(kind, left - 1);
    kills += 1;
  }
  const last = await sit(run, sitting);
  if (last.code !== 0) faults.push(`it ended with ${last.code}: ${last.errors.slice(-500)}`);

  const record = await asynchronousRecordOf(run, { ...shape, steps, maxLag });
  const lives = livesOf(run);
  const accounts = accountsOf(lives);
  faults.push(...few(record.faults), ...few(accounts.faults));
  const unlike = maxLag === 0 ? await unlikeTwin(run, sitting) : [];
  faults.push(...few(unlike));
  return {
    ...{ kills, atEnd, deaths: lives.length - 1, record, accounts, isAsTwin: unlike.length === 0 },
    resumes: lives.slice(1).flatMap(({ secondsToResume }) => secondsToResume ?? []),
    faults: faults.map((fault) => `${path.basename(run)}: ${fault}`),
  };
}

function counted<Key>(pairs: readonly (readonly [Key, number])[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const [key, count] of pairs) counts.set(key, (counts.get(key) ?? 0) + count);
  return counts;
}

function settingsOf(
  run: string,
  judge: MortalJudge,
  { steps, maxLag, index }: TrainKillOptions & { readonly index: number },
) {
  const preset = `${run}.judge.yaml`;
  const concurrency = { initial: gradingAtOnce, most: gradingAtOnce };
  writeFileSync(preset, presetText({ name: 'judge', concurrency }));
  const sets = {
    // Of other attempts, so that a judge is asked for a reply again only where it was lost.
    seed: 7 + index,
    ...{ 'rl.steps': steps, 'rl.problemsPerStep': shape.problemsPerStep, 'rl.groupSize': shape.groupSize },
    ...{ 'rl.pipeline.maxLag': maxLag, 'rl.pipeline.gradingAtOnce': gradingAtOnce },
    ...{ 'rl.zeroVarianceGroups': 'refill', 'rl.grader': preset, 'rl.checkpointEvery': checkpointEvery },
    // A judge that has just died leaves attempts without a grade; how many a step may have is not what is tested.
    ...{ 'rl.maxUngraded': 1, 'rl.minimumGraded': 2, judge: 'null', evaluate: 'null' },
  };
  const args = Object.entries(sets).flatMap(([field, value]) => ['--set', `${field}=${value}`]);
  return { args, environment: environmentOf(judge) };
}

function environmentOf({ baseUrl }: MortalJudge) {
  return { QED_SCRIPTED_URL: baseUrl };
}

/** What is different of all that the run left from what a run of the same settings leaves that nothing disturbs. */
async function unlikeTwin(run: string, sitting: ReturnType<typeof settingsOf>): Promise<string[]> {
  const twin = `${run}-twin`;
  // The account of the other judge is of the run that was killed alone.
  const judge = new MortalJudge(`${twin}.judge.log`);
  try {
    await judge.start();
    const { code, errors } = await sit(twin, { ...sitting, environment: environmentOf(judge) });
    if (code !== 0) throw new Error(`the run that nothing disturbs failed: ${errors}`);
    return differences(await outcomeOf(run), await outcomeOf(twin));
  } finally {
    await judge.close();
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
