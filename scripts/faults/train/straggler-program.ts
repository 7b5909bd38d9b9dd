/**
 * One sitting of stage rl on scripted workers and a scripted judge, in a process of its own so that its memory is its own.
 * Writes down what it did and cost.
 *
 * Usage: straggler-program.ts SETTINGS_JSON, over `child_process.fork`: is told `{ viewer }` when somebody begins or ends to
 * read the run, and disconnects at its end.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { DurableJournal } from '../../../src/journal/durable-journal.ts';
import { exactGrader } from '../../../src/lab/exact-grader.ts';
import { loadDirectoryFormat } from '../../../src/model/directory-format.ts';
import { tinyRecipe } from '../../../src/recipe/fixtures/sitting.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { silentProgress } from '../../../src/recipe/progress.ts';
import { runRecipe } from '../../../src/recipe/run.ts';
import { scriptedEngine } from './scripted-engine.ts';
import type { ScriptedTimes } from './scripted-workers.ts';

export interface SittingSettings extends ScriptedTimes {
  readonly run: string;
  readonly sets: readonly string[];
  readonly figuresFile: string;
  /** A line for each effect that was made, and for each that was acknowledged. */
  readonly effectsFile: string;
  readonly workers: number;
  readonly placesOfWorker: number;
  readonly meanTokens: number;
  readonly judgeSeconds: number;
  /** Troubles, each when so many gradings have been made in this sitting. */
  readonly script: readonly { readonly graded: number; readonly trouble: Trouble }[];
}

export type Trouble = 'a worker dies' | 'it comes back' | 'a worker is slow' | 'it is itself again' | 'stop';

/** Every so often. */
export interface Reading {
  readonly seconds: number;
  readonly sampled: number;
  readonly graded: number;
  readonly residentBytes: number;
  /** What JavaScript has allocated and not collected yet, in the heap and outside of it. */
  readonly allocatedBytes: number;
  readonly phase: string;
}

export interface SittingFigures {
  readonly status: string;
  readonly readings: readonly Reading[];
  /** Milliseconds from what was made to its acknowledgement, while nobody read the run and while somebody did. */
  readonly writes: { readonly alone: readonly number[]; readonly watched: readonly number[] };
  /** Gradings that came to an end, by seed. */
  readonly gradedSeeds: readonly number[];
  readonly mostInFlight: number;
  /** Answers that came when nobody listened any longer. */
  readonly unwanted: number;
  /** From the signal to the end, where it was told to stop. */
  readonly drainSeconds: number | undefined;
  readonly peakBytes: number;
}

const readingMilliseconds = 500;
const noticedSeconds = 2;

const settings = JSON.parse(process.argv[2] ?? '') as SittingSettings;
const began = performance.now();
const stop = new AbortController();
/** What was made and acknowledged, until the next reading writes it down: this process's memory is what is measured. */
let effects: string[] = [];
const gradedSeeds: number[] = [];
const writes = { alone: [] as number[], watched: [] as number[] };
const readings: Reading[] = [];
let isWatched = false;
let phase = 'no trouble';
let stoppedAt: number | undefined;
process.on('message', ({ viewer }: { readonly viewer: boolean }) => {
  isWatched = viewer;
});

const format = await loadDirectoryFormat(`${settings.run}/data/tokenizer`);
const { engine, workers } = scriptedEngine({ ...settings, replyOf });

watchJournal();
slowDownGrader();
const timer = setInterval(read, readingMilliseconds);
const { recipe, text, directory } = loadRecipe(tinyRecipe, settings.sets);
const outcome = await runRecipe({
  ...{ recipe, recipeText: text, recipeDirectory: directory, runDirectory: settings.run },
  ...{ progress: silentProgress, signal: stop.signal, engine, to: 'rl' },
});
clearInterval(timer);
read();
const figures: SittingFigures = {
  ...{ status: outcome.status, readings, writes, gradedSeeds },
  mostInFlight: workers()?.figures.mostInFlight ?? 0,
  unwanted: workers()?.figures.unwanted ?? 0,
  drainSeconds: stoppedAt === undefined ? undefined : (performance.now() - stoppedAt) / 1000,
  peakBytes: 1024 * process.resourceUsage().maxRSS,
};
writeFileSync(settings.figuresFile, JSON.stringify(figures));
process.disconnect?.();

/** Half of it reasoning, half a proof; every reply of other words. */
function replyOf(tokens: number): Int32Array {
  const whole = [...format.renderReply(' <think> A and B give C. done.</think> A and B give C.')];
  const idOf = (word: string): number => {
    const id = format.tokenizer.idOf(word);
    if (id === undefined) throw new Error(`the tokenizer has no ${word}`);
    return id;
  };
  const close = whole.indexOf(idOf('</think>'));
  const words = whole.slice(close + 1, -1);
  const reply = new Int32Array(tokens).fill(words[tokens % words.length] ?? 0);
  reply.set(whole.slice(0, whole.indexOf(idOf('<think>')) + 1));
  reply[tokens >> 1] = idOf('</think>');
  reply[tokens - 1] = format.stopTokenIds[0] ?? 0;
  return reply;
}

function read(): void {
  const { sampled = 0 } = workers()?.figures ?? {};
  const { rss: residentBytes, heapUsed, external } = process.memoryUsage();
  const seconds = (performance.now() - began) / 1000;
  const memory = { residentBytes, allocatedBytes: heapUsed + external };
  readings.push({ seconds, sampled, graded: gradedSeeds.length, ...memory, phase });
  if (effects.length > 0) appendFileSync(settings.effectsFile, `${effects.join('\n')}\n`);
  effects = [];
}

function watchJournal(): void {
  const { effect } = DurableJournal.prototype;
  DurableJournal.prototype.effect = async function (this: DurableJournal, key, make) {
    const name = `${key.unit} ${key.label}`;
    let madeAt: number | undefined;
    const result = await effect.call(this, key, async () => {
      const entry = await make();
      effects.push(`made ${name}`);
      madeAt = performance.now();
      return entry;
    });
    if (madeAt === undefined) return result;
    effects.push(`acknowledged ${name}`);
    writes[isWatched ? 'watched' : 'alone'].push(performance.now() - madeAt);
    return result;
  };
}

/** A grade is a function of the seed, and takes its time. */
function slowDownGrader(): void {
  const grader = exactGrader as { -readonly [K in keyof typeof exactGrader]: (typeof exactGrader)[K] };
  const { name } = grader;
  grader.grade = async (_, __, { seed, signal }) => {
    await new Promise<void>((resolve) => {
      const end = setTimeout(resolve, 1000 * settings.judgeSeconds);
      signal?.addEventListener('abort', () => {
        clearTimeout(end);
        resolve();
      });
    });
    if (signal?.aborted) return { kind: 'ungraded', cause: 'cancelled', detail: 'stopped', grader: name };
    gradedSeeds.push(seed);
    happen();
    return { kind: 'graded', points: seed % 8, report: '', items: [], grader: name };
  };
}

function happen(): void {
  for (const { graded, trouble } of settings.script) {
    if (graded !== gradedSeeds.length) continue;
    phase = trouble;
    read();
    if (trouble === 'a worker dies') workers()?.die(0, noticedSeconds);
    if (trouble === 'it comes back') workers()?.comeBack(0);
    if (trouble === 'a worker is slow') workers()?.setSlow(1, true);
    if (trouble === 'it is itself again') workers()?.setSlow(1, false);
    if (trouble === 'stop') {
      stoppedAt = performance.now();
      stop.abort();
    }
  }
}
