/**
 * KILL-ANYWHERE for `qed bench`: SIGKILL at seeded moments over attempts with a scaffold and gradings by a judge, until
 * the run is through. It must come to the attempts, grades and tables of an undisturbed twin; and by the server's own
 * count no call of an attempt that was said to be graded is made again, neither the solver's nor the judge's (PAY-ONCE).
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Served } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { Random } from '../../../src/stats/random.ts';
import { accountOf, killAnywhere } from '../prove/kill-anywhere.ts';
import { few, inPlace, type Place, type ProveFaultOptions, presetText } from '../prove/setting.ts';
import { errorsOf, runQed } from '../prove/sitting.ts';
import { type Section, secondsText } from '../setting.ts';
import { type BenchRecord, readBench, strays, unlikeBench } from './outcome.ts';

export interface BenchKillOptions extends ProveFaultOptions {
  readonly kills: number;
  readonly problems: number;
  readonly runs: number;
  /** Spec of a scaffold with four calls at once. */
  readonly scaffold: string;
  /** Most seconds from the start of a process to its first new call; undefined where the machine may be busy. */
  readonly mostSecondsToResume?: number;
}

export const longBenchKills = (seed: number): BenchKillOptions => ({
  ...{ seed, kills: 200, problems: 500, runs: 3, scaffold: 'rsa(n=4,k=2,rounds=1)' },
  mostSecondsToResume: 2,
});

/** Eight attempts at once, four calls each; an attempt that is graded has one. */
const concurrency = 32;

export function benchKills(options: BenchKillOptions): Promise<Section> {
  return inPlace('bench-kills', { firstByte: [5, 25], seed: options.seed }, (place) =>
    killed(place, options),
  );
}

async function killed(place: Place, options: BenchKillOptions): Promise<Section> {
  const { kills, problems, runs, scaffold, seed, mostSecondsToResume } = options;
  const { server, qed, directory } = place;
  place.write('suite.jsonl', suiteLines(problems));
  const many = { concurrency: { initial: concurrency, most: concurrency } };
  place.write('solver.yaml', presetText(many));
  place.write('judge.yaml', presetText({ ...many, name: 'judge' }));
  for (const parent of ['twin', 'killed']) mkdirSync(path.join(directory, parent));
  const args = (parent: string): string[] => [
    ...['bench', 'suite.jsonl', '--model', 'solver.yaml', '--judge', 'judge.yaml', '--scaffold', scaffold],
    ...['--runs', `${runs}`, '--parallel', `${concurrency / 4}`, '--run', `${parent}/run`, '--json'],
  ];
  const twinSitting = await runQed(args('twin'), qed);
  if (twinSitting.code !== 0) throw new Error(`the undisturbed run failed: ${errorsOf(twinSitting)}`);
  const twin = await readBench(path.join(directory, 'twin'), qed);
  const twinLog = await server.log();
  const asked = twinLog.length;

  const done = await killAnywhere(place, {
    ...{ args: args('killed'), kills, asked },
    requests: new Set(twinLog.map(({ request }) => request)).size,
    random: new Random('bench-kills', seed),
  });
  const { last } = done;
  const account = accountOf(done, {
    ...{ kills, asked, inFlight: concurrency, mostSecondsToResume, acknowledged: attemptSaidGraded },
    requestsFor: requestsByAttempt(twin, twinLog),
  });
  const faults = [...account.faults];
  if (last.code !== 0) faults.push(`it ended with ${last.code}: ${errorsOf(last).slice(-500)}`);
  const run = path.join(directory, 'killed');
  const record = await readBench(run, qed);
  faults.push(...unlikeBench(record, twin), ...strays(run));
  const known = new Set(twinLog.map(({ request }) => request));
  const strange = done.log.filter(({ request }) => !known.has(request)).length;
  if (strange > 0) faults.push(`the server had ${strange} requests that the twin has not made`);
  const { spent } = JSON.parse(last.output) as { readonly spent: { readonly tokens: number } };
  if (spent.tokens < account.charged)
    faults.push(`${account.charged} tokens were charged for, and ${spent.tokens} counted as spent`);
  const judged = [...record.replies.keys()].filter(isJudges);
  const again = judged.filter((name) => !name.endsWith(' judge')).length;
  if (again === 0) faults.push('no judge was asked again, so nothing of that was tested');
  return {
    title: `bench: killed anywhere (${problems} problems × ${runs} runs, ${scaffold}, a judge)`,
    heading: ['what', 'figure'],
    rows: [
      ...account.rows,
      ['calls of the twin, recorded replies', `${asked}, ${record.replies.size}`],
      ['of these the judge’s', `${judged.length}, ${again} of them for what could not be read`],
      ['attempts, proofs and gradings on record', `${record.events.size}`],
      ['counted as spent, charged for', `${spent.tokens}, ${account.charged} tokens`],
      ['the undisturbed run', secondsText((twinSitting.endedAt - twinSitting.beganAt) / 1_000)],
    ],
    faults: few(faults, 20),
    summary: `${account.deaths} kills; ${faults.length === 0 ? 'attempts, grades and tables byte for byte the twin’s, nothing lost, nothing twice' : `${faults.length} faults`}`,
  };
}

function suiteLines(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const problem = {
      id: `p${index}`,
      statement: `Prove claim ${index}.`,
      guidelines: `(Partial) 1. Half of claim ${index}. (Almost) 1. Nearly all of it.`,
      tags: { category: index % 2 === 0 ? 'even' : 'odd' },
    };
    return `${JSON.stringify(problem)}\n`;
  }).join('');
}

/** `PROBLEM/RUN` of an attempt that a line of progress gives the points of. */
function attemptSaidGraded(line: string): string | undefined {
  const [, problem, run] = /^p(\d+)(?: #(\d+))? {2}[\d.]+\/7$/.exec(line) ?? [];
  return problem === undefined ? undefined : `${problem}/${Number(run ?? 1) - 1}`;
}

/** Units of calls are `bench/INDEX/RUN` and `grade/JUDGE/ID/RUN/…`; here the problem of index 7 has the id p7. */
function attemptOf(name: string): string | undefined {
  const [, problem, run] =
    /^bench\/(\d+)\/(\d+) /.exec(name) ?? /^grade\/.+\/p(\d+)\/(\d+)\/\w+\//.exec(name) ?? [];
  return problem === undefined ? undefined : `${problem}/${run}`;
}

function isJudges(name: string): boolean {
  return name.startsWith('grade/');
}

/** The requests whose answers are on record for an attempt and its grading. Throws where some call is no attempt's. */
function requestsByAttempt(twin: BenchRecord, log: readonly Served[]): (name: string) => readonly string[] {
  const byAnswer = new Map(log.map(({ answer, request }) => [answer, request]));
  const byAttempt = new Map<string, string[]>();
  for (const [name, answer] of twin.answers) {
    const attempt = attemptOf(name);
    const request = byAnswer.get(answer);
    if (attempt === undefined || request === undefined) throw new Error(`${name} is a call of nothing known`);
    byAttempt.set(attempt, [...(byAttempt.get(attempt) ?? []), request]);
  }
  return (name) => {
    const requests = byAttempt.get(name) ?? [];
    if (requests.length < 2) throw new Error(`${name} is said to be graded, without the calls for it`);
    return requests;
  };
}
