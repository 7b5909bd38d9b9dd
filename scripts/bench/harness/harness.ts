/**
 * The benchmark of the client for endpoints: many streamed calls at once from a server in its own process, made by
 * QED's client, over bare sockets (what this machine can do with that server), and by the official Python package with
 * a thread a call.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FigureGroup } from '../engine.ts';
import { type Figure, type Goal, measured } from '../figure.ts';
import type { Patience } from '../quiet.ts';
import type { LoadReport } from './load.ts';
import { type Client, type ClientRuns, runClients } from './run-clients.ts';
import { scriptedReply } from './scripted-reply.ts';

export interface HarnessBenchOptions {
  /** At once. */
  readonly calls: number;
  /** Of each reply. */
  readonly tokens: number;
  /** Tokens that the server writes at a time to one stream. */
  readonly burst: number;
  /** A Python with the openai package. */
  readonly peer: string | undefined;
  /** Of the Python client, which takes most of the time. */
  readonly peerRepeats: number;
  /** Of each reply to the Python client, and to QED's where it is compared with that one. */
  readonly peerTokens: number;
  readonly patience: Patience;
}

/** The load that the goals are set for. */
export const fullLoad = { calls: 1000, tokens: 8000, burst: 1 } as const;

/** QED's client makes all calls so often in one process, to see whether its memory grows. */
const rounds = 2;
const goals = {
  cpu: { atMost: 0.2 },
  throughput: { atLeast: 0.5 },
  loopDelay: { atMost: 50 },
  growth: { atMost: 1.05 },
  memory: { atMost: 0.25 },
} as const satisfies Record<string, Goal>;

/** Yields the figures of each client. */
export async function* benchHarness(options: HarnessBenchOptions): AsyncGenerator<FigureGroup> {
  const { calls, tokens, burst, peer, patience } = options;
  const { characters } = scriptedReply(tokens);
  const own = { command: process.execPath, rounds, repeats: patience.repeats };
  const python: Client | undefined =
    peer === undefined
      ? undefined
      : { command: peer, program: 'python-client.py', rounds: 1, repeats: options.peerRepeats };
  // Before anything is measured: a Python without the package fails here.
  const peerName = peer === undefined ? '' : await versionsOf(peer);
  const qedClient: Client = { ...own, program: 'client-program.ts', characters: characters * calls * rounds };
  const { drain = nothing, qed = nothing } = await runClients<'drain' | 'qed'>(
    { drain: { ...own, program: 'drain-program.ts' }, qed: qedClient },
    options,
  );
  const chunks = calls * tokens;
  const scaleOf = (count: number): string =>
    `${calls.toLocaleString('en')} calls of ${count.toLocaleString('en')} tokens at once, ${burst} a write`;
  const scale = scaleOf(tokens);
  yield {
    title: `Bare sockets: ${scale}`,
    figures: [
      figureOf('throughput', 'chunks/s', drain, ({ seconds }) => (chunks * rounds) / seconds),
      figureOf('throughput', 'MB/s', drain, ({ received, seconds }) => received / seconds / 1e6),
      figureOf('CPU', 's/M chunks', drain, ({ cpuSeconds }) => secondsAMillion(cpuSeconds, chunks * rounds)),
      figureOf('peak of the process', 'MB', drain, peakMegabytes),
    ],
  };
  yield {
    title: `QED’s client: ${scale}`,
    figures: [
      figureOf('throughput', 'chunks/s', qed, ({ seconds }) => (chunks * rounds) / seconds),
      ratio(
        'throughput beside bare sockets',
        [qed, drain],
        (client, limit) => limit.seconds / client.seconds,
        goals.throughput,
      ),
      figureOf('CPU', 's/M chunks', qed, ({ cpuSeconds }) => secondsAMillion(cpuSeconds, chunks * rounds)),
      figureOf(
        'event loop late, 99th percentile',
        'ms',
        qed,
        ({ loopDelayP99 = Number.NaN }) => loopDelayP99,
        goals.loopDelay,
      ),
      figureOf('peak of the process', 'MB', qed, peakMegabytes),
      figureOf('peak after the second round to the first', 'ratio', qed, growth, goals.growth),
    ],
  };
  if (python === undefined) return;
  const { peerTokens } = options;
  const peerCharacters = scriptedReply(peerTokens).characters * calls;
  const beside = await runClients<'qed' | 'python'>(
    {
      ...(peerTokens === tokens ? {} : { qed: { ...qedClient, characters: peerCharacters * rounds } }),
      python: { ...python, characters: peerCharacters },
    },
    { ...options, tokens: peerTokens },
  );
  const { python: other = nothing, qed: same = qed } = beside;
  const peerChunks = calls * peerTokens;
  yield {
    title: `${peerName}, a thread a call: ${scaleOf(peerTokens)}`,
    figures: [
      figureOf('throughput', 'chunks/s', other, ({ seconds }) => peerChunks / seconds),
      figureOf('CPU', 's/M chunks', other, ({ cpuSeconds }) => secondsAMillion(cpuSeconds, peerChunks)),
      figureOf('peak of the process', 'MB', other, peakMegabytes),
      ratio(
        'CPU of QED’s client beside it',
        [same, other],
        (a, b) => a.cpuSeconds / rounds / b.cpuSeconds,
        goals.cpu,
      ),
      ratio(
        'memory of QED’s client beside it',
        [same, other],
        (a, b) => peakMegabytes(a) / peakMegabytes(b),
        goals.memory,
      ),
    ],
  };
}

const nothing: ClientRuns = { reports: [], quality: 'unknown' };

function figureOf(
  name: string,
  unit: string,
  { reports, quality }: ClientRuns,
  value: (report: LoadReport) => number,
  goal?: Goal,
): Figure {
  return measured(name, unit, { seconds: reports.map(value), quality }, (one) => one, goal);
}

/** The repeats in pairs; where one client has fewer, its last again. */
function ratio(
  name: string,
  [a, b]: readonly [ClientRuns, ClientRuns],
  value: (a: LoadReport, b: LoadReport) => number,
  goal: Goal,
): Figure {
  const values = a.reports.flatMap((report, index) => {
    const other = b.reports[Math.min(index, b.reports.length - 1)];
    return other === undefined ? [] : [value(report, other)];
  });
  const quality = b.quality === 'disturbed' ? b.quality : a.quality;
  return measured(name, 'ratio', { seconds: values, quality }, (one) => one, goal);
}

function secondsAMillion(seconds: number, chunks: number): number {
  return (seconds / chunks) * 1e6;
}

function peakMegabytes({ peakBytes }: LoadReport): number {
  return (peakBytes.at(-1) ?? Number.NaN) / 1e6;
}

function growth({ peakBytes }: LoadReport): number {
  const [first = Number.NaN, second = Number.NaN] = peakBytes;
  return second / first;
}

async function versionsOf(python: string): Promise<string> {
  const script =
    'import openai, sys; print(f"openai {openai.__version__} on Python {sys.version.split()[0]}")';
  const { stdout } = await promisify(execFile)(python, ['-c', script]);
  return stdout.trim();
}
