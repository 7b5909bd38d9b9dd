/**
 * SLOW-FIRST-BYTE: replies that begin after five minutes (where Node's own fetch gives up), that drip a token each twenty
 * seconds, and that go quiet, beside others that stream as usual. The first two are whole; the third ends as an idle
 * timeout within a second of its deadline; the event loop is never kept from others for long.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Served } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { type Directive, directiveText } from '../../../src/model/openai/fixtures/scripted-policy.ts';
import { seedFrom } from '../../../src/stats/random.ts';
import { type Section, secondsText } from '../setting.ts';
import type { LoopWitness } from './loop-witness.ts';
import { readJson } from './outcome.ts';
import { few, inPlace, type Place, type ProveFaultOptions, presetText, problemLines } from './setting.ts';
import { runQed } from './sitting.ts';

export interface SlowOptions extends ProveFaultOptions {
  /** Seconds to the first byte, between two tokens, and without a byte until a reply is given up. */
  readonly firstByte: number;
  readonly drip: number;
  readonly idle: number;
  /** Replies beside them, and the tokens of each, one in 25 ms. */
  readonly others: number;
  readonly tokens: number;
  /** Most milliseconds at the 99th percentile that a timer may be late; undefined where the machine may be busy. */
  readonly mostLate?: number;
  /** Whether Node's fetch is tried beside it. */
  readonly withFetch: boolean;
}

export const longSlow = (seed: number): SlowOptions => ({
  ...{ seed, firstByte: 305, drip: 20, idle: 300, others: 24, tokens: 12_000, mostLate: 50, withFetch: true },
});

/** Limits a hundredth of the usual ones, and a first byte just beyond them. */
export const scaledSlow = (seed: number): SlowOptions => ({
  ...{ seed, firstByte: 3.05, drip: 0.2, idle: 3, others: 24, tokens: 100, mostLate: 50, withFetch: false },
});

const runSeed = 1;

export function slow(options: SlowOptions): Promise<Section> {
  return inPlace('slow', { seed: options.seed }, (place) => waited(place, options));
}

async function waited(place: Place, options: SlowOptions): Promise<Section> {
  const { firstByte, drip, idle, others, tokens, mostLate, withFetch } = options;
  const { server, qed, directory } = place;
  const special: readonly Directive[] = [
    { firstByte: 1_000 * firstByte },
    { everyChunk: 1_000 * drip, tokens: 6 },
    { everyChunk: 50, quietAfter: 3 },
  ];
  const usual: Directive = { everyChunk: 25, tokens };
  const count = special.length + others;
  place.write(
    'slow.jsonl',
    problemLines(count, (index) => directiveText(special[index] ?? usual)),
  );
  const concurrency = { initial: count, most: count };
  const preset = { retry: { attempts: 1 }, deadlines: { idle }, concurrency, maxTokens: 20_000 };
  place.write('model.yaml', presetText(preset));
  const witness = path.join(directory, 'witness.json');
  const args = [
    'prove',
    'slow.jsonl',
    '-m',
    'model.yaml',
    '--seed',
    `${runSeed}`,
    '--parallel',
    `${count}`,
    '--run',
    'run',
    '--json',
  ];
  const [sitting, fetched] = await Promise.all([
    runQed(args, { ...qed, witness }),
    withFetch ? withNodeFetch(server.baseUrl, directiveText(special[0] ?? {})) : undefined,
  ]);
  const log = await server.log();
  const ends = readJson(sitting.output).problems.map(({ attempts: [one] }) => one);
  const loop = JSON.parse(readFileSync(witness, 'utf8')) as LoopWitness;
  const served = (index: number) => {
    const seed = seedFrom(runSeed, `prove/${index}/0`, 'solve');
    return log.find((one) => one.seed === seed);
  };
  const [first, dripped, quiet] = [served(0), served(1), served(2)];
  const faults: string[] = [];
  const expected = ends.map((_, index) => (index === 2 ? 'failed idle-timeout' : 'finished null'));
  const found = ends.map((end) => `${end?.status} ${end?.errorKind}`);
  faults.push(...few(found.flatMap((one, index) => (one === expected[index] ? [] : [`p${index}: ${one}`]))));
  const silence = quiet === undefined ? Number.NaN : ((quiet.endedAt ?? 0) - (quiet.lastAt ?? 0)) / 1_000;
  if (!(silence >= idle && silence < idle + 1))
    faults.push(
      `the quiet reply was given up after ${secondsText(silence)} of silence, not ${idle} to ${idle + 1} s`,
    );
  if (mostLate !== undefined && loop.p99 >= mostLate)
    faults.push(`the event loop was late by ${loop.p99.toFixed(0)} ms at the 99th percentile`);
  if (loop.samples < 20) faults.push(`the event loop was looked at ${loop.samples} times only`);
  return {
    title: `prove: slow replies (first byte after ${firstByte} s, a token each ${drip} s, silence)`,
    heading: ['reply', 'came to', 'seconds'],
    rows: [
      ['late first byte', found[0] ?? '', secondsText(spanOf(first))],
      ['dripping', found[1] ?? '', secondsText(spanOf(dripped))],
      ['gone quiet', found[2] ?? '', `${secondsText(silence)} of silence, where ${idle} s were allowed`],
      [
        `${others} others of ${tokens} tokens`,
        `${found.slice(3).filter((one) => one === 'finished null').length} finished`,
        '',
      ],
      [
        'event loop',
        `late by ${loop.p99.toFixed(1)} ms at p99, ${loop.max.toFixed(0)} ms at most`,
        `${loop.samples} looks`,
      ],
      ...(fetched === undefined
        ? []
        : [['Node’s fetch, the late one', fetched.error, secondsText(fetched.seconds)]]),
    ],
    faults,
    summary:
      faults.length === 0
        ? 'what is slow is waited for, what is dead is given up'
        : `${faults.length} faults`,
  };
}

function spanOf(served: Served | undefined): number | undefined {
  return served?.endedAt === undefined ? undefined : (served.endedAt - served.at) / 1_000;
}

/** What becomes of the same wait in Node's own client. */
async function withNodeFetch(
  baseUrl: string,
  prompt: string,
): Promise<{ readonly error: string; readonly seconds: number }> {
  const began = performance.now();
  const body = JSON.stringify({ messages: [{ role: 'user', content: prompt }], seed: 0, max_tokens: 64 });
  const error = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body }).then(
    () => 'answered',
    (failure: unknown) => {
      const cause = failure instanceof Error ? (failure.cause ?? failure) : failure;
      return cause instanceof Error ? cause.name : String(cause);
    },
  );
  return { error, seconds: (performance.now() - began) / 1_000 };
}
