/**
 * SIGNALS for `qed prove`: Ctrl-C once and twice, SIGTERM, SIGHUP, readers that go away, and a clock that is set. Asked to
 * stop it sends nothing more, keeps every reply that comes within its grace, and is gone within five seconds; asked twice,
 * at once. Nobody who reads is no reason to stop. Whatever the date says, durations come from the monotonic clock.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import { monotonic } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { type Section, secondsText } from '../setting.ts';
import type { LoopWitness } from './loop-witness.ts';
import { faultsOfFiles, type ProveRecord, readJson, readRecord, unlikeTwin } from './outcome.ts';
import { few, inPlace, type Place, type ProveFaultOptions, presetText, problemLines } from './setting.ts';
import { errorsOf, type ProveOptions, runQed, startQed } from './sitting.ts';

export interface SignalOptions extends ProveFaultOptions {
  readonly problems: number;
  /** Requests that the server has had when something happens. */
  readonly after: number;
  /** Without what differs in the name of a signal or a stream only. */
  readonly isShort: boolean;
  /** Whether seconds are judged, which a busy machine does not allow. */
  readonly isTimed: boolean;
}

export const longSignals = (seed: number): SignalOptions => ({
  ...{ seed, problems: 60, after: 200, isShort: false, isTimed: true },
});

const atOnce = 64;
const scaffold = 'rsa(n=4,k=2,rounds=1)';

const usualReplies = [100, 500] as const;
const slowReplies = [20_000, 30_000] as const;

/** Each problem has four calls at once. */
function inFlight({ problems }: SignalOptions): number {
  return Math.min(atOnce, 4 * problems);
}

interface Context extends Place {
  readonly options: SignalOptions;
  readonly twin: ProveRecord;
  readonly args: (run: string, ...more: string[]) => string[];
}

interface Row {
  readonly row: readonly string[];
  readonly faults: readonly string[];
}

export function proveSignals(options: SignalOptions): Promise<Section> {
  return inPlace('prove-signals', { seed: options.seed, firstByte: usualReplies }, async (place) => {
    const { problems } = options;
    place.write('problems.jsonl', problemLines(problems));
    const concurrency = { initial: atOnce, most: atOnce };
    place.write('model.yaml', presetText({ concurrency }));
    const args = (run: string, ...more: string[]): string[] => [
      ...['prove', 'problems.jsonl', '-m', 'model.yaml', '-s', scaffold, '--parallel', `${atOnce / 4}`],
      ...['--run', run, '--json', ...more],
    ];
    const whole = await runQed(args('twin'), place.qed);
    if (whole.code !== 0) throw new Error(`the undisturbed run failed: ${errorsOf(whole)}`);
    const twin = await readRecord(path.join(place.directory, 'twin'), whole.output);
    const context = { ...place, options, twin, args };
    const found = [await stopped(context, 'SIGINT', 'slow'), await stoppedTwice(context)];
    found.push(await unread(context, 'stdout'), await clockSet(context));
    if (!options.isShort) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
        found.push(await stopped(context, signal));
      found.push(await unread(context, 'stderr'));
    }
    const faults = found.flatMap((one) => one.faults);
    return {
      title: `prove: asked to stop, unread, and the clock set (${atOnce} calls in flight)`,
      heading: ['what', 'came to', 'seconds', 'as the twin'],
      rows: found.map(({ row }) => row),
      faults,
      summary: faults.length === 0 ? 'stopped in order, gone on as the twin' : `${faults.length} faults`,
    };
  });
}

/** `slow`: what is in flight does not come within the grace. */
async function stopped(context: Context, signal: NodeJS.Signals, pace?: 'slow'): Promise<Row> {
  const { server, qed, options, args } = context;
  const name = [signal, ...(pace === undefined ? [] : [pace])].join(' ');
  const from = (await server.log()).length;
  const running = startQed(args(name), qed);
  if (pace === 'slow') {
    // The first calls are answered as usual, those that follow from them are not.
    await Promise.race([server.reached(from + inFlight(options) + 5), running.ended]);
    await server.set({ firstByte: slowReplies });
  }
  const enough = pace === 'slow' ? inFlight(options) + 20 : options.after;
  await Promise.race([server.reached(from + enough), running.ended]);
  const sentAt = monotonic();
  running.kill(signal);
  const sitting = await running.ended;
  await server.set({ firstByte: usualReplies });
  const log = await server.log(from);
  const seconds = (sitting.endedAt - sentAt) / 1_000;
  const faults: string[] = [];
  if (sitting.code !== 130) faults.push(`it ended with ${sitting.code ?? sitting.signal}`);
  // The signal takes its time to arrive, and requests that were on their way do.
  const heardAt = sitting.lines.find(({ text }) => text.startsWith('stopping'))?.at ?? sentAt;
  const late = log.filter(({ at }) => at > Math.max(sentAt, heardAt) + 50).length;
  if (late > 0) faults.push(`${late} requests were sent after it had been asked to stop`);
  if (options.isTimed && seconds >= 5) faults.push(`stopping took ${secondsText(seconds)}`);
  // A reply that comes as the process is cut off may be lost with it.
  const whole = log.filter(({ end }) => end === 'whole').length;
  const inTime = log.filter(
    ({ end, endedAt = 0 }) => end === 'whole' && endedAt < sitting.endedAt - 250,
  ).length;
  const kept = await repliesIn(path.join(context.directory, name));
  if (kept < inTime || kept > whole) faults.push(`${whole} replies came whole, ${kept} are recorded`);
  if (pace === 'slow' && whole === log.length) faults.push('nothing was in flight at the end');
  return await finish(context, name, faults, {
    what: `${signal}${pace === 'slow' ? ', replies of 20 s in flight' : ''}`,
    cameTo: `code ${sitting.code}, ${late} requests after it, ${kept} of ${whole} replies kept`,
    seconds: secondsText(seconds),
  });
}

async function stoppedTwice(context: Context): Promise<Row> {
  const { server, qed, options, args } = context;
  const from = (await server.log()).length;
  await server.set({ firstByte: slowReplies });
  const running = startQed(args('twice'), qed);
  await Promise.race([server.reached(from + inFlight(options)), running.ended]);
  running.kill('SIGINT');
  // What comes sooner is taken for the same press of a key.
  await new Promise((resolve) => setTimeout(resolve, 600));
  const sentAt = monotonic();
  running.kill('SIGINT');
  const sitting = await running.ended;
  await server.set({ firstByte: usualReplies });
  const seconds = (sitting.endedAt - sentAt) / 1_000;
  const faults: string[] = [];
  if (sitting.signal !== 'SIGINT' && sitting.code !== 130)
    faults.push(`it ended with ${sitting.code ?? sitting.signal}`);
  if (options.isTimed && seconds >= 0.5) faults.push(`the second Ctrl-C took ${secondsText(seconds)}`);
  return await finish(context, 'twice', faults, {
    what: 'SIGINT twice',
    cameTo: `ended by ${sitting.signal ?? sitting.code}`,
    seconds: `${secondsText(seconds)} after the second`,
  });
}

/** The reader of one of its outputs goes away, as `head` does. */
async function unread(context: Context, output: 'stdout' | 'stderr'): Promise<Row> {
  const { server, qed, options, args } = context;
  const from = (await server.log()).length;
  const run = `no ${output}`;
  const running = startQed(args(run), qed);
  if (output === 'stdout') running.child.stdout?.destroy();
  else {
    await Promise.race([server.reached(from + options.after), running.ended]);
    running.child.stderr?.destroy();
  }
  const sitting = await running.ended;
  const faults =
    sitting.code === 0
      ? []
      : [`it ended with ${sitting.code ?? sitting.signal}: ${errorsOf(sitting).slice(-300)}`];
  const asked = (await server.log(from)).length;
  return await finish(context, run, faults, {
    what: `${output} closed`,
    cameTo: `code ${sitting.code}, ${asked} calls`,
    seconds: secondsText((sitting.endedAt - sitting.beganAt) / 1_000),
  });
}

const libfaketime = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib64/faketime/libfaketime.so.1',
].find(existsSync);

/** The date goes an hour ahead, then an hour back from the beginning; the monotonic clock goes on. */
async function clockSet(context: Context): Promise<Row> {
  const { server, qed, options, args, directory } = context;
  if (libfaketime === undefined) {
    return {
      row: ['the clock set ± 1 h', 'skipped: no libfaketime (apt-get install faketime)', '', ''],
      faults: [],
    };
  }
  const offset = path.join(directory, 'offset');
  writeFileSync(offset, '+0');
  const witness = path.join(directory, 'clock.json');
  const faketime: ProveOptions = {
    ...qed,
    witness,
    environment: {
      ...qed.environment,
      LD_PRELOAD: libfaketime,
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  };
  const from = (await server.log()).length;
  await server.set({ rates: { 'rate-limit-said': 0.05 } });
  const running = startQed(args('clock', '--budget', '20 min'), faketime);
  await Promise.race([server.reached(from + options.after), running.ended]);
  writeFileSync(offset, '+1h');
  await Promise.race([server.reached(from + Math.ceil(1.4 * options.after)), running.ended]);
  writeFileSync(offset, '-1h');
  const sitting = await running.ended;
  await server.set({ rates: {} });
  const faults: string[] = [];
  if (sitting.code !== 0)
    faults.push(`it ended with ${sitting.code ?? sitting.signal}: ${errorsOf(sitting).slice(-300)}`);
  const { dateAhead, dateBehind } = JSON.parse(readFileSync(witness, 'utf8')) as LoopWitness;
  if (dateAhead < 3.5e6 || dateBehind > -3.5e6)
    faults.push(`the clock was not set: ${dateAhead} and ${dateBehind} ms`);
  const seconds = (sitting.endedAt - sitting.beganAt) / 1_000;
  const spent = sitting.code === 0 ? readJson(sitting.output).spent.seconds : Number.NaN;
  if (!(spent > 0 && spent <= seconds)) faults.push(`it counted ${spent} s of ${seconds.toFixed(1)}`);
  const timeouts = sitting.lines.filter(({ text }) =>
    /nothing came for|no reply began|time of this/.test(text),
  );
  faults.push(
    ...few(timeouts.map(({ text }) => text)),
    ...(await oddDurations(path.join(directory, 'clock'))),
  );
  return await finish(context, 'clock', faults, {
    what: 'the clock set + 1 h, then − 1 h',
    cameTo: `code ${sitting.code}, date ${(dateAhead / 3.6e6).toFixed(2)} h ahead and ${(-dateBehind / 3.6e6).toFixed(2)} h behind, ${timeouts.length} timeouts`,
    seconds: `${spent.toFixed(1)} s counted`,
  });
}

/** Durations in the journal that no monotonic clock gives. */
async function oddDurations(runDirectory: string): Promise<string[]> {
  const reader = new JournalReader(runDirectory);
  const odd: string[] = [];
  const check = (what: string, seconds: unknown): void => {
    if (typeof seconds === 'number' && (seconds < 0 || seconds > 600))
      odd.push(`${what} lasted ${seconds} s`);
  };
  for await (const { unit, label, value } of reader.effects())
    check(`${unit} ${label}`, (value as { readonly seconds?: unknown }).seconds);
  for await (const { value } of reader.values('spend/time'))
    check('a lap', (value as { readonly seconds?: unknown }).seconds);
  reader.close();
  return few(odd);
}

/** Goes on with a run to its end, which must be the twin's. */
async function finish(
  { directory, qed, twin, args, options }: Context,
  run: string,
  before: readonly string[],
  text: { readonly what: string; readonly cameTo: string; readonly seconds: string },
): Promise<Row> {
  const resumed = await runQed(args(run), qed);
  const place = path.join(directory, run);
  const found =
    resumed.code === 0
      ? [
          ...unlikeTwin(await readRecord(place, resumed.output), twin),
          ...faultsOfFiles(place, options.problems),
        ]
      : [`continued, it ended with ${resumed.code}: ${errorsOf(resumed).slice(-300)}`];
  const faults = [...before, ...found].map((fault) => `${text.what}: ${fault}`);
  return { row: [text.what, text.cameTo, text.seconds, found.length === 0 ? 'yes' : 'NO'], faults };
}

async function repliesIn(runDirectory: string): Promise<number> {
  const reader = new JournalReader(runDirectory);
  let replies = 0;
  for await (const _ of reader.effects()) replies += 1;
  reader.close();
  return replies;
}
