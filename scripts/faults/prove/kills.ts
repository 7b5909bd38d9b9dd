/**
 * KILL-ANYWHERE for `qed prove FILE.jsonl`: SIGKILL at seeded moments, most of them amid the calls and some while the
 * process starts and finds its way back, until the run is through. PAY-ONCE is judged from both sides: what the process
 * said was done is never asked for again, and what the server was asked for twice is at most what was in flight.
 */
import path from 'node:path';
import type { Served } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { Random, seedFrom } from '../../../src/stats/random.ts';
import { type Section, secondsText } from '../setting.ts';
import { accountOf, killAnywhere } from './kill-anywhere.ts';
import { faultsOfFiles, readJson, readRecord, unlikeTwin } from './outcome.ts';
import { inPlace, type Place, type ProveFaultOptions, presetText, problemLines } from './setting.ts';
import { errorsOf, runQed } from './sitting.ts';

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

export function proveKills(options: KillOptions): Promise<Section> {
  return inPlace('prove-kills', { firstByte: [5, 25], seed: options.seed }, (place) =>
    killed(place, options),
  );
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
  const asked = (await server.log()).length;

  const done = await killAnywhere(place, {
    ...{ args: args('killed'), kills, asked, requests: problems * attempts * calls },
    random: new Random('prove-kills', seed),
  });
  const { last } = done;
  const account = accountOf(done, {
    ...{ kills, asked, inFlight: concurrency, mostSecondsToResume, acknowledged: callSaidDone },
    requestsFor: requestsBySeed(done.log),
  });
  const run = path.join(directory, 'killed');
  const faults = [...account.faults];
  if (last.code !== 0) faults.push(`it ended with ${last.code}: ${errorsOf(last).slice(-500)}`);
  const record = await readRecord(run, last.output);
  faults.push(...unlikeTwin(record, twin), ...faultsOfFiles(run, problems));
  const { spent, unsettledCalls } = readJson(last.output);
  if (spent.tokens < account.charged)
    faults.push(`${account.charged} tokens were charged for, and ${spent.tokens} counted as spent`);
  return {
    title: `prove: killed anywhere (${problems} problems × ${attempts} attempts, ${scaffold})`,
    heading: ['what', 'figure'],
    rows: [
      ...account.rows,
      ['calls of the twin, recorded replies', `${asked}, ${record.replies.size}`],
      ['counted as spent, charged for', `${spent.tokens}, ${account.charged} tokens`],
      ['calls whose end is not known', `${unsettledCalls}`],
      ['rows of the journal', `${record.rows}`],
      ['the undisturbed run', secondsText((twinSitting.endedAt - twinSitting.beganAt) / 1_000)],
    ],
    faults,
    summary: `${account.deaths} kills; ${faults.length === 0 ? 'byte for byte the end of the twin, nothing lost, nothing twice' : `${faults.length} faults`}`,
  };
}

/** `UNIT LABEL` of a call that a line of progress says to be done. */
function callSaidDone(line: string): string | undefined {
  const [, problem, attempt, label] = /^p(\d+) #(\d+) {2}(\S+): [\d,]+ tokens in /.exec(line) ?? [];
  return label === undefined ? undefined : `prove/${problem}/${Number(attempt) - 1} ${label}`;
}

/** Requests by `UNIT LABEL`, from which their seeds come. Seeds have 32 bits: where two calls share one, it tells nothing. */
function requestsBySeed(log: readonly Served[]): (name: string) => readonly string[] {
  const bySeed = new Map<number, Set<string>>();
  for (const { seed, request } of log) bySeed.set(seed, (bySeed.get(seed) ?? new Set()).add(request));
  return (name) => {
    const [unit = '', label = ''] = name.split(' ');
    const requests = [...(bySeed.get(seedFrom(runSeed, unit, label)) ?? [])];
    return requests.length > 1 ? [] : requests;
  };
}
