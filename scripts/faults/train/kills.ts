/**
 * KILL-ANYWHERE for reinforcement learning: SIGKILL at seeded moments amid sampling, grading, training, checkpointing and at
 * any time, so many of each kind. Asynchronous, the judge, a process of its own, is killed and started again meanwhile, and
 * afterwards the accounts are drawn up: from the journal (EMIT-ONCE, LAG-BOUND), from the witness (PAY-ONCE, no step applied
 * twice) and from the judge's own log. With a bound of 0 the run has to end as one that nothing disturbed, to the bit.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accountsOf } from '../../../src/recipe/fixtures/accounts.ts';
import { asynchronousRecordOf } from '../../../src/recipe/fixtures/asynchronous-record.ts';
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
  const { kinds, killsOfEach, steps, maxLag, seed } = options;
  const kills = kinds.length * killsOfEach;
  const random = new Random('train-kills', seed, maxLag);
  const run = path.join(directory, 'run');
  const sitting = settingsOf(directory, judge, options);
  const before = await sit(run, { ...sitting, args: [...sitting.args, '--to', 'sft'] });
  if (before.code !== 0) throw new Error(`the stages before failed: ${before.errors}`);

  const faults: string[] = [];
  let missed = 0;
  const ends = new Map<KillKind, number>(kinds.map((kind) => [kind, 0]));
  /** The run cannot get through while kills are due, however fast the machine is. */
  const atLatest: KillMoment = { operation: 'append', path: `rl/step/${steps}`, when: 'before' };
  for (let kill = 0; kill < kills; kill += 1) {
    const kind = kinds[kill % kinds.length] ?? 'any time';
    const progress = await progressOf(run);
    const killsLeft = kills - kill;
    // So that something is left to be sampled at the last of them.
    const attemptsLeft = steps * shape.problemsPerStep * shape.groupSize - progress.attempts;
    const attempts = Math.ceil(Math.max(1, (2 * attemptsLeft) / killsLeft) * random.next());
    const ending = endingOf(kind, { progress, attempts, steps, killsLeft, random, judge });
    // Most sittings lose their judge first. Few attempts have a proof that a judge is asked about.
    const isLost = maxLag > 0 && random.next() < 0.8;
    const lost = isLost ? judgeDiesAfter(judge, random.integer(1, 3)) : undefined;
    const { signal, code, errors } = await sit(run, { ...sitting, ending, atLatest });
    await lost?.done();
    if (signal !== 'SIGKILL')
      faults.push(`kill ${kill + 1} (${kind}): the run ended with ${code} before: ${errors.slice(-300)}`);
    // The moment that was meant, or a signal from outside; not the last one, at which it dies in any case.
    else if (livesOf(run).at(-1)?.killedAt === JSON.stringify(atLatest)) missed += 1;
    else ends.set(kind, (ends.get(kind) ?? 0) + 1);
    if (signal === null) break;
  }
  const last = await sit(run, sitting);
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
  if (maxLag > 0 && mostLag === 0) faults.push('no token was older than its step: nothing was asynchronous');
  const dropped = Object.values(record.dropped).reduce((sum, count) => sum + count, 0);
  const resumes = lives.slice(1).flatMap(({ secondsToResume }) => secondsToResume ?? []);
  const asTwin = maxLag === 0 ? await comparedWithTwin(directory, run, sitting) : undefined;
  faults.push(...(asTwin?.faults ?? []));
  return {
    title: `train: killed anywhere (${steps} steps of ${shape.problemsPerStep} × ${shape.groupSize}, lag bound ${maxLag}, refill, a judge)`,
    heading: ['what', 'figure'],
    rows: [
      [
        'kills',
        `${[...ends].map(([kind, count]) => `${count} ${kind}`).join(', ')}${missed === 0 ? '' : `, ${missed} at the end instead`}`,
      ],
      ...(maxLag === 0 ? [] : [['deaths of the judge', `${judge.deaths}`]]),
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
      ...(asTwin === undefined ? [] : [asTwin.row]),
      ['to the first new work, median', secondsText(quantile(resumes, 0.5))],
    ],
    faults,
    summary: `${[...ends.values()].reduce((sum, count) => sum + count, 0)} kills${maxLag === 0 ? '' : ` and ${judge.deaths} of the judge`}; ${faults.length === 0 ? 'the accounts are in order' : `${faults.length} faults`}`,
  };
}

function settingsOf(directory: string, judge: MortalJudge, { steps, maxLag }: TrainKillOptions) {
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
  return { args, environment: { QED_SCRIPTED_URL: judge.baseUrl } };
}

/** Everything that the run left, against a run of the same settings that nothing disturbs. */
async function comparedWithTwin(
  directory: string,
  run: string,
  sitting: ReturnType<typeof settingsOf>,
): Promise<{ row: string[]; faults: string[] }> {
  const twin = path.join(directory, 'twin');
  const { code, errors } = await sit(twin, sitting);
  if (code !== 0) throw new Error(`the run that nothing disturbs failed: ${errors}`);
  const unlike = differences(await outcomeOf(run), await outcomeOf(twin));
  const what = 'problems, groups, digests, versions, losses, grades, weights and report';
  return {
    row: [`as the twin (${what})`, unlike.length === 0 ? 'to the bit' : `${unlike.length} differences`],
    faults: few(unlike),
  };
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
