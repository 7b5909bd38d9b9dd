/**
 * BAD-ENDPOINT: `qed prove` against a server of which every attempt meets one of ten faults with the same share, against
 * one that always answers 500, one that says when to come again, and one that is gone for a while. A task ends with a
 * whole reply or with a typed failure; nothing is an answer that the server did not send whole; tries end.
 */
import path from 'node:path';
import { type FaultKind, faultKinds, wholeReplies } from '../../../src/model/openai/fixtures/fault-kinds.ts';
import { monotonic, type Served } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { type Directive, directiveText } from '../../../src/model/openai/fixtures/scripted-policy.ts';
import { seedFrom } from '../../../src/stats/random.ts';
import { type Section, secondsText } from '../setting.ts';
import { type ProveRecord, readJson, readRecord, unlikeTwin } from './outcome.ts';
import {
  few,
  inPlace,
  type Place,
  type ProveFaultOptions,
  percent,
  presetText,
  problemLines,
  quantile,
} from './setting.ts';
import { errorsOf, runQed, startQed } from './sitting.ts';

export interface BadEndpointOptions extends ProveFaultOptions {
  readonly problems: number;
  readonly attempts: number;
  /** Share of attempts that meet each kind of fault; literally, a tenth. */
  readonly share: number;
  /** Seconds: deadlines of a reply, the first wait before another try. */
  readonly deadline: number;
  readonly firstDelay: number;
  /** Milliseconds of a reply, and of `Retry-After` under load. */
  readonly reply: readonly [number, number];
  readonly retryAfter: number;
  /** Seconds for which the server is gone; 0 leaves that out, and what needs a quiet machine with it. */
  readonly outage: number;
}

export const longBadEndpoint = (seed: number): BadEndpointOptions => ({
  ...{ seed, problems: 500, attempts: 4, share: 0.1, deadline: 2, firstDelay: 1, retryAfter: 1_000 },
  ...{ reply: [300, 700], outage: 12 },
});

const runSeed = 1;
/** What the preset says, and so what the client may do at most. */
const mostAttempts = 6;

export function badEndpoint(options: BadEndpointOptions): Promise<Section> {
  return inPlace('bad-endpoint', { seed: options.seed, retryAfter: options.retryAfter }, async (place) => {
    const { deadline, firstDelay } = options;
    const more = {
      concurrency: { initial: 64, most: 64 },
      deadlines: { firstToken: deadline, idle: deadline },
      retry: { attempts: mostAttempts, firstDelay },
    };
    place.write('model.yaml', presetText(more));
    const parts = [
      await everyFault(place, options),
      await alwaysFailing(place),
      await askedToWait(place, options),
      ...(options.outage > 0
        ? [await goneAway(place, options, 'refused'), await goneAway(place, options, 'server-error')]
        : []),
    ];
    const faults = parts.flatMap((part) => part.faults);
    return {
      title: `prove: a bad endpoint (${options.problems * options.attempts} tasks, ${percent(options.share)} of attempts for each of ${faultKinds.length} faults, at most ${mostAttempts} attempts)`,
      heading: ['what', 'figure'],
      rows: parts.flatMap(({ rows }) => rows),
      faults,
      summary:
        faults.length === 0
          ? 'every task ended with a whole reply or a typed failure; no answer from half a stream'
          : `${faults.length} faults`,
    };
  });
}

interface Part {
  readonly rows: readonly (readonly string[])[];
  readonly faults: readonly string[];
}

async function everyFault(place: Place, options: BadEndpointOptions): Promise<Part> {
  const { problems, attempts, share, reply } = options;
  const { server, qed, directory } = place;
  place.write('problems.jsonl', problemLines(problems));
  const args = (run: string): string[] => [
    ...['prove', 'problems.jsonl', '-m', 'model.yaml', '--seed', `${runSeed}`, '--attempts', `${attempts}`],
    ...['--parallel', '512', '--run', run, '--json'],
  ];
  await server.set({ firstByte: reply });
  const twinSitting = await runQed(args('twin'), qed);
  if (twinSitting.code !== 0) throw new Error(`the undisturbed run failed: ${errorsOf(twinSitting)}`);
  const twinLog = await server.log();
  const twin = await readRecord(path.join(directory, 'twin'), twinSitting.output);

  await server.set({ rates: Object.fromEntries(faultKinds.map((kind) => [kind, share])) });
  const sitting = await runQed(args('faulty'), qed);
  const log = await server.log(twinLog.length);
  const faults: string[] = [];
  const tasks = readJson(sitting.output).problems.flatMap((problem) => problem.attempts);
  const finished = tasks.filter(({ status }) => status === 'finished').length;
  const failed = tasks.filter(({ status, errorKind }) => status === 'failed' && errorKind !== null);
  if (finished + failed.length !== problems * attempts)
    faults.push(`${finished} tasks finished, ${failed.length} failed with a kind, of ${problems * attempts}`);
  const record = await readRecord(path.join(directory, 'faulty'), sitting.output);
  faults.push(...few(notAnswered(record, log)));
  if (record.replies.size !== finished)
    faults.push(`${record.replies.size} replies, ${finished} finished tasks`);

  const byRequest = [...Map.groupBy(log, ({ request }) => request).values()];
  const tooMany = byRequest.filter((tries) => tries.length > mostAttempts);
  faults.push(...few(tooMany.map((tries) => `one request was made ${tries.length} times`)));
  const tooFew = byRequest.filter(
    (tries) => tries.length < mostAttempts && !tries.some(({ fault }) => wholeReplies.includes(fault)),
  );
  faults.push(...few(tooFew.map((tries) => `one request was given up after ${tries.length} times`)));
  const waits = lateness(log);
  const early = waits.filter((late) => late < -1);
  faults.push(
    ...few(early.map((late) => `a server that said when was asked ${(-late).toFixed(0)} ms before`)),
  );
  const healthy = ratesOf(log);
  const calm = ratesOf(twinLog);
  const worth = healthy.perSecond / (calm.perSecond * healthy.wholeShare);
  if (options.outage > 0 && worth < 0.6)
    faults.push(`throughput was ${percent(worth)} of what the healthy share allows; 60 % is the least`);

  await server.set({ rates: {} });
  const after = await runQed(args('faulty'), qed);
  if (after.code !== 0) faults.push(`with a healthy server it ended with ${after.code}`);
  const mended = await readRecord(path.join(directory, 'faulty'), after.output);
  const odd = [...twin.answers].filter(([name, answer]) => mended.answers.get(name) !== answer);
  const repeated = new Set(log.filter(({ fault }) => fault === 'repeated-chunk').map(({ answer }) => answer));
  const unexplained = odd.filter(([name]) => !repeated.has(mended.answers.get(name) ?? ''));
  faults.push(...few(unexplained.map(([name]) => `${name} is not the twin’s, and no piece came twice`)));
  if (mended.answers.size !== twin.answers.size) faults.push('it has not as many replies as the twin');

  const count = (kind: FaultKind | undefined): number => log.filter(({ fault }) => fault === kind).length;
  return {
    faults,
    rows: [
      [
        'requests',
        `${log.length}: ${faultKinds.map((kind) => `${kind} ${count(kind)}`).join(', ')}, well ${count(undefined)}`,
      ],
      ['tasks finished, failed with a kind', `${finished}, ${failed.length} (${kindsOf(failed)})`],
      [
        'most attempts at a request',
        `${Math.max(...byRequest.map((tries) => tries.length))} of ${mostAttempts}`,
      ],
      [
        'Retry-After under load',
        `${waits.length} obeyed, ${early.length} asked before; with the wait for a place ${quantile(waits, 0.5).toFixed(0)} ms late, p95 ${quantile(waits, 0.95).toFixed(0)} ms`,
      ],
      [
        'whole replies a second',
        `${healthy.perSecond.toFixed(0)}; ${percent(healthy.wholeShare)} of ${calm.perSecond.toFixed(0)} would be ${(calm.perSecond * healthy.wholeShare).toFixed(0)}: ${percent(worth)}`,
      ],
      [
        'answers with a piece twice',
        `${odd.length - unexplained.length} (nothing in the protocol marks them)`,
      ],
      [
        'asked again with a healthy server',
        `${failed.length} tasks, ${after.code === 0 ? 'all finished' : 'NOT all'}`,
      ],
    ],
  };
}

/** Recorded replies that the server did not send whole. */
function notAnswered(record: ProveRecord, log: readonly Served[]): string[] {
  const whole = Map.groupBy(
    log.filter(({ end }) => end === 'whole'),
    ({ seed }) => seed,
  );
  return [...record.answers].flatMap(([name, answer]) => {
    const [unit = '', label = ''] = name.split(' ');
    const sent = whole.get(seedFrom(runSeed, unit, label)) ?? [];
    return sent.some((one) => one.answer === answer)
      ? []
      : [`${name} is an answer that was never sent whole`];
  });
}

/** Milliseconds by which the next attempt was later than the server had asked. */
function lateness(log: readonly Served[]): number[] {
  return [...Map.groupBy(log, ({ request }) => request).values()].flatMap((tries) =>
    tries.flatMap(({ retryAfter, at, endedAt = at }, index) => {
      const next = tries[index + 1];
      return retryAfter === undefined || next === undefined ? [] : [next.at - endedAt - retryAfter];
    }),
  );
}

/** Over the time until three quarters of the whole replies were there: after that, fewer and fewer tasks are left. */
function ratesOf(log: readonly Served[]): { readonly perSecond: number; readonly wholeShare: number } {
  const ends = log.flatMap(({ end, endedAt }) => (end === 'whole' && endedAt !== undefined ? [endedAt] : []));
  const until = quantile(ends, 0.75);
  const from = log[0]?.at ?? 0;
  const seen = log.filter(({ at }) => at <= until);
  const whole = ends.filter((at) => at <= until).length;
  return {
    perSecond: (1_000 * whole) / Math.max(1, until - from),
    wholeShare: seen.filter(({ fault }) => wholeReplies.includes(fault)).length / Math.max(1, seen.length),
  };
}

function kindsOf(failed: readonly { readonly errorKind: string | null }[]): string {
  const kinds = Map.groupBy(failed, ({ errorKind }) => errorKind ?? '?');
  return [...kinds].map(([kind, those]) => `${kind} ${those.length}`).join(', ');
}

/** Every attempt at some problems is answered with 500. */
async function alwaysFailing(place: Place): Promise<Part> {
  const { server, qed } = place;
  const directive: Directive = { fault: 'server-error' };
  place.write(
    'always.jsonl',
    problemLines(6, (index) => (index % 3 === 0 ? directiveText(directive) : '')),
  );
  place.write('hasty.yaml', presetText({ retry: { attempts: mostAttempts, firstDelay: 0.02 } }));
  const from = (await server.log()).length;
  const sitting = await runQed(
    ['prove', 'always.jsonl', '-m', 'hasty.yaml', '--run', 'always', '--json'],
    qed,
  );
  const log = await server.log(from);
  const refused = log.filter(({ fault }) => fault === 'server-error').length;
  const states = readJson(sitting.output).problems.map(
    ({ attempts: [one] }) => `${one?.status} ${one?.errorKind}`,
  );
  const expected = states.map((_, index) => (index % 3 === 0 ? 'failed server' : 'finished null'));
  const faults = [
    ...(states.join() === expected.join() ? [] : [`a server that always says 500: ${states.join(', ')}`]),
    ...(refused === 2 * mostAttempts
      ? []
      : [`${refused} requests were answered with 500, not ${2 * mostAttempts}`]),
  ];
  return {
    faults,
    rows: [['always 500', `two tasks, ${refused} requests, then failed as ‘server’; the others finished`]],
  };
}

/** `Retry-After` where nothing else keeps a call waiting, in its three forms. */
async function askedToWait(place: Place, { outage }: BadEndpointOptions): Promise<Part> {
  const { server, qed } = place;
  await server.set({ firstByte: [0, 0] });
  const waits: readonly Directive[] = [
    { retryAfter: 1_000 },
    { retryAfter: 700 },
    { retryAfter: 2_000, asDate: true },
    { retryAfter: 1_300 },
  ];
  const directive = (index: number): Directive => ({
    firstFault: 'rate-limit-said',
    ...waits[index % waits.length],
  });
  place.write(
    'wait.jsonl',
    problemLines(8, (index) => directiveText(directive(index))),
  );
  const from = (await server.log()).length;
  const sitting = await runQed(
    ['prove', 'wait.jsonl', '-m', 'model.yaml', '--run', 'wait', '--parallel', '8', '--json'],
    qed,
  );
  const late = lateness(await server.log(from));
  // On a busy machine a process gets its turn when it gets it; too early is too early everywhere.
  const latest = outage > 0 ? 250 : Number.POSITIVE_INFINITY;
  const wrong = late.filter((milliseconds) => milliseconds < -1 || milliseconds > latest);
  const faults = [
    ...(sitting.code === 0 && late.length === 8 ? [] : [`asked to wait: it ended with ${sitting.code}`]),
    ...few(wrong.map((milliseconds) => `Retry-After was missed by ${milliseconds.toFixed(0)} ms`)),
  ];
  const range = `${Math.min(...late).toFixed(0)} to ${Math.max(...late).toFixed(0)} ms`;
  return { faults, rows: [['Retry-After with room', `${late.length} obeyed, later than asked by ${range}`]] };
}

/** Nobody is there, or every call is answered with 500, for some seconds. */
async function goneAway(
  place: Place,
  { outage }: BadEndpointOptions,
  how: 'refused' | 'server-error',
): Promise<Part> {
  const { server, qed, directory } = place;
  await server.set({ firstByte: [100, 300] });
  place.write('gone.jsonl', problemLines(60));
  place.write('usual.yaml', presetText({ concurrency: { initial: 16, most: 16 } }));
  const args = (run: string): string[] => [
    ...['prove', 'gone.jsonl', '-m', 'usual.yaml', '-s', 'best-of-n(n=2)', '--parallel', '8', '--json'],
    ...['--seed', how === 'refused' ? '7' : '8', '--run', run],
  ];
  const twinSitting = await runQed(args(`${how}-twin`), qed);
  const twin = await readRecord(path.join(directory, `${how}-twin`), twinSitting.output);
  const from = (await server.log()).length;
  const running = startQed(args(how), qed);
  await Promise.race([server.reached(from + 60), running.ended]);
  const goneAt = monotonic();
  await server.set({ outage: how });
  await Promise.race([new Promise((resolve) => setTimeout(resolve, 1_000 * outage)), running.ended]);
  const backAt = monotonic();
  await server.set({ outage: 'none' });
  const sitting = await running.ended;
  const states = sitting.lines.flatMap(({ text, at }) => {
    const state = /: circuit (open|half-open|closed)$/.exec(text)?.[1];
    return state === undefined ? [] : [{ state, at }];
  });
  const opened = states.find(({ state }) => state === 'open');
  const seconds = opened === undefined ? undefined : (opened.at - goneAt) / 1_000;
  const left = (await server.log(from)).filter(({ at }) => at > (opened?.at ?? backAt) && at < backAt).length;
  const record = await readRecord(path.join(directory, how), sitting.output);
  const faults = [
    ...(seconds !== undefined && seconds < 10
      ? []
      : [`${how}: the circuit opened after ${secondsText(seconds)}`]),
    ...(sitting.code === 0
      ? unlikeTwin(record, twin)
      : [`${how}: it ended with ${sitting.code}: ${errorsOf(sitting).slice(-400)}`]),
    ...(states.at(-1)?.state === 'closed' ? [] : [`${how}: the circuit did not close again`]),
    ...(left > 3 ? [`${how}: ${left} requests while the circuit was open`] : []),
  ];
  const closed = states.findLast(({ state }) => state === 'closed');
  const back = closed === undefined ? undefined : (closed.at - backAt) / 1_000;
  return {
    faults,
    rows: [
      [
        `gone for ${outage} s (${how})`,
        `circuit open after ${secondsText(seconds)}, ${left} trials, closed ${secondsText(back)} after it was back; ${faults.length === 0 ? 'as the twin' : 'NOT as the twin'}`,
      ],
    ],
  };
}
