/**
 * KILL-ANYWHERE for `qed prove FILE.jsonl`: SIGKILL at seeded moments, most of them amid the calls and some while the
 * process starts and finds its way back, until the run is through. PAY-ONCE is judged from both sides: what the process
 * said was done is never asked for again, and what the server was asked for twice is at most what was in flight.
 */
import path from 'node:path';
import { chargedTokens, type Served } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { Random, seedFrom } from '../../../src/stats/random.ts';
import { type Section, secondsText } from '../setting.ts';
import { faultsOfFiles, readJson, readRecord, unlikeTwin } from './outcome.ts';
import {
  few,
  inPlace,
  type Place,
  type ProveFaultOptions,
  presetText,
  problemLines,
  quantile,
} from './setting.ts';
import { errorsOf, type ProveSitting, runQed, startQed } from './sitting.ts';

export interface KillOptions extends ProveFaultOptions {
  readonly kills: number;
  readonly problems: number;
  readonly attempts: number;
  /** Spec of a scaffold with four calls at once, and how many calls it makes. */
  readonly scaffold: string;
  readonly calls: number;
  /** Most seconds from the start of a process to its first new call; undefined where the machine may be busy. */
  readonly mostSecondsToResume?: number;
}

export const longKills = (seed: number): KillOptions => ({
  ...{ seed, kills: 200, problems: 500, attempts: 4, scaffold: 'rsa(n=4,k=2,rounds=3)', calls: 19 },
  mostSecondsToResume: 2,
});

const runSeed = 1;
/** Eight attempts at once, four calls each. */
const concurrency = 32;
/** A kill comes while a process starts as often as this, and so many milliseconds after its beginning at most. */
const startShare = 0.15;
const startMilliseconds = 1_500;

export function proveKills(options: KillOptions): Promise<Section> {
  return inPlace('prove-kills', { firstByte: [5, 25], seed: options.seed }, (place) =>
    killed(place, options),
  );
}

/** One process of the run, from the requests that the server had had before it. */
interface Life {
  readonly from: number;
  readonly to: number;
  readonly acknowledged: readonly string[];
  readonly secondsToResume: number | undefined;
}

async function killed(place: Place, options: KillOptions): Promise<Section> {
  const { kills, problems, attempts, scaffold, calls, seed, mostSecondsToResume } = options;
  const { server, qed, directory } = place;
  place.write('problems.jsonl', problemLines(problems));
  place.write('model.yaml', presetText({ concurrency: { initial: concurrency, most: concurrency } }));
  const args = (run: string): string[] => [
    ...['prove', 'problems.jsonl', '--model', 'model.yaml', '--scaffold', scaffold, '--seed', `${runSeed}`],
    ...['--attempts', `${attempts}`, '--parallel', `${concurrency / 4}`, '--run', run, '--json'],
  ];
  const twinSitting = await runQed(args('twin'), qed);
  if (twinSitting.code !== 0) throw new Error(`the undisturbed run failed: ${errorsOf(twinSitting)}`);
  const twin = await readRecord(path.join(directory, 'twin'), twinSitting.output);
  const twinCalls = (await server.log()).length;
  await server.mostAtOnce();

  const random = new Random('prove-kills', seed);
  const lives: Life[] = [];
  const faults: string[] = [];
  const expected = problems * attempts * calls;
  const everAsked = new Set<string>();
  let asked = twinCalls;
  let atStart = 0;
  let last: ProveSitting | undefined;
  while (last === undefined) {
    const before = asked;
    const killsLeft = kills - lives.length;
    const left = Math.max(expected - everAsked.size, 1);
    // One call stays unanswered while kills are due: the run cannot get through before them on a slow machine.
    await server.set({ holdAfter: killsLeft > 0 ? before + left - 1 : Number.MAX_SAFE_INTEGER });
    const running = startQed(args('killed'), qed);
    if (killsLeft > 0) {
      const moment =
        random.next() < startShare
          ? { milliseconds: startMilliseconds * random.next() }
          : { requests: Math.ceil(Math.min(2 / (killsLeft + 1), 0.9) * left * random.next()) };
      if (moment.requests === undefined) atStart += 1;
      const reached =
        moment.requests === undefined
          ? pause(moment.milliseconds)
          : server.reached(before + moment.requests).then(() => pause(30 * random.next()));
      await Promise.race([reached, running.ended]);
      running.kill('SIGKILL');
    }
    const sitting = await running.ended;
    const log = await server.log(before);
    asked = before + log.length;
    for (const { request } of log) everAsked.add(request);
    lives.push(lifeOf(sitting, before, log));
    if (sitting.signal !== 'SIGKILL') last = sitting;
  }

  const log = await server.log(twinCalls);
  const deaths = lives.length - 1;
  if (deaths < kills) faults.push(`it was through after ${deaths} kills of ${kills}`);
  const account = accountOf(lives, log, twinCalls);
  const lost = account.lost.map((name) => `${name} was said to be done, and asked for again`);
  faults.push(...few(lost));
  const mostAgain = Math.max(0, ...account.again);
  if (mostAgain > concurrency)
    faults.push(`a kill cost ${mostAgain} calls; ${concurrency} were in flight at most`);
  const run = path.join(directory, 'killed');
  if (last.code !== 0) faults.push(`it ended with ${last.code}: ${errorsOf(last).slice(-500)}`);
  const record = await readRecord(run, last.output);
  faults.push(...unlikeTwin(record, twin), ...faultsOfFiles(run, problems));
  const { spent, unsettledCalls } = readJson(last.output);
  const charged = log.reduce((sum, one) => sum + chargedTokens(one), 0);
  if (spent.tokens < charged)
    faults.push(`${charged} tokens were charged for, and ${spent.tokens} counted as spent`);
  const resumes = lives.slice(1).flatMap(({ secondsToResume }) => secondsToResume ?? []);
  const lastResume = resumes.at(-1);
  const slowest = Math.max(0, ...resumes.slice(-10));
  if (mostSecondsToResume !== undefined && slowest >= mostSecondsToResume)
    faults.push(`of the last ten sittings one took ${secondsText(slowest)} to its first new call`);

  const sum = account.again.reduce((total, one) => total + one, 0);
  return {
    title: `prove: killed anywhere (${problems} problems × ${attempts} attempts, ${scaffold})`,
    heading: ['what', 'figure'],
    rows: [
      ['kills', `${deaths}, of them ${atStart} while it started`],
      ['calls of the twin, recorded replies', `${twinCalls}, ${record.replies.size}`],
      ['said to be done', `${account.acknowledged}`],
      ['of these asked for again', `${account.lost.length}`],
      ['paid again for a kill, mean', `${(sum / Math.max(deaths, 1)).toFixed(1)} calls`],
      ['paid again for a kill, most', `${mostAgain} calls (in flight: at most ${concurrency})`],
      ['paid again in all', `${sum} calls, ${account.tokensAgain} tokens of ${charged}`],
      ['counted as spent, charged for', `${spent.tokens}, ${charged} tokens`],
      ['calls whose end is not known', `${unsettledCalls}`],
      ['rows of the journal', `${record.rows}`],
      ['to the first new call, median', secondsText(quantile(resumes, 0.5))],
      [
        'to the first new call, the last ten',
        `${secondsText(slowest)} at most; the last ${secondsText(lastResume)}`,
      ],
      ['the undisturbed run', secondsText((twinSitting.endedAt - twinSitting.beganAt) / 1_000)],
    ],
    faults,
    summary: `${deaths} kills; ${faults.length === 0 ? 'byte for byte the end of the twin, nothing lost, nothing twice' : `${faults.length} faults`}`,
  };
}

const doneLine = /^p(\d+) #(\d+) {2}(\S+): [\d,]+ tokens in /;

function lifeOf({ lines, beganAt }: ProveSitting, from: number, log: readonly Served[]): Life {
  const [first] = log;
  return {
    from,
    to: from + log.length,
    acknowledged: lines.flatMap(({ text }) => {
      const [, problem, attempt, label] = doneLine.exec(text) ?? [];
      return label === undefined ? [] : [`prove/${problem}/${Number(attempt) - 1} ${label}`];
    }),
    secondsToResume: first === undefined ? undefined : (first.at - beganAt) / 1_000,
  };
}

/** `log` begins with the request of number `offset`. */
function accountOf(lives: readonly Life[], log: readonly Served[], offset: number) {
  const lastAsked = new Map<string, number>();
  const seedLastAsked = new Map<number, number>();
  const requestsOfSeed = Map.groupBy(log, ({ seed }) => seed);
  for (const [index, { request, seed }] of log.entries()) {
    lastAsked.set(request, index + offset);
    seedLastAsked.set(seed, index + offset);
  }
  let tokensAgain = 0;
  const again: number[] = [];
  const lost: string[] = [];
  let acknowledged = 0;
  for (const { from, to, acknowledged: names } of lives) {
    const own = log.slice(from - offset, to - offset);
    const repeated = own.filter(({ request }) => (lastAsked.get(request) ?? 0) >= to);
    again.push(repeated.length);
    tokensAgain += repeated.reduce((sum, one) => sum + chargedTokens(one), 0);
    for (const name of names) {
      acknowledged += 1;
      const [unit = '', label = ''] = name.split(' ');
      const seed = seedFrom(runSeed, unit, label);
      // Seeds have 32 bits: two calls of a large run may share one.
      const isAmbiguous = new Set(requestsOfSeed.get(seed)?.map(({ request }) => request)).size > 1;
      if (!isAmbiguous && (seedLastAsked.get(seed) ?? 0) >= to) lost.push(name);
    }
  }
  return { again, lost, acknowledged, tokensAgain };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
