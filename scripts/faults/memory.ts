/**
 * MEMORY. A thousand optimiser steps, half of them supervised and half reinforcement learning with new weights for the
 * sampler at each, with validation, held-out scores and checkpoints in between. Each stage may take what it needs in
 * its first half; in its second half the process must not grow. The weights are 4 MB, so that one copy of them kept at
 * every tenth step is seen. And three thousand asynchronous steps of reinforcement learning in one run.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sit } from '../../src/recipe/fixtures/sitting.ts';
import { mean } from '../../src/stats/moments.ts';
import { discard, runDirectory, type Section, type Setting, secondsText } from './setting.ts';

/** Peak of the second half above that of the first, in bytes: heaps of eight threads, and what allocators keep. */
const mostGrowth = 100e6;

/** Of the second half, by a hundred steps and least squares: a copy of the weights at every tenth step would be 40 MB. */
const mostSlope = 2e6;

/** Steps of a stage from which on its slope tells something. */
const enoughForSlope = 500;

type Sets = Readonly<Record<string, string | number>>;

const model: Sets = {
  'model.hiddenSize': 128,
  'model.layers': 4,
  'model.heads': 4,
  'model.headSize': 32,
  'model.keyValueHeads': 2,
  'model.feedForwardSize': 384,
  evaluate: 'null',
};

const halfAndHalf = (steps: number): Sets => ({
  ...model,
  pretrain: 'null',
  'sft.steps': steps / 2,
  'sft.epochs': 1000,
  'sft.validateEvery': 50,
  'sft.checkpointEvery': 50,
  'rl.steps': steps / 2,
  'rl.evaluateEvery': 50,
  'rl.checkpointEvery': 50,
});

const asynchronous = (steps: number): Sets => ({
  ...model,
  judge: 'null',
  'rl.steps': steps,
  'rl.grader': 'exact',
  'rl.zeroVarianceGroups': 'keep',
  'rl.pipeline.maxLag': 3,
  'rl.evaluateEvery': 50,
  'rl.checkpointEvery': 50,
});

interface Line {
  readonly stage: string;
  readonly step: number;
  readonly residentBytes: number;
}

export async function flatMemory(setting: Setting, steps: number): Promise<Section> {
  const title = `Memory over ${steps} steps`;
  return await memoryOf(setting, { name: 'memory', title, stages: ['sft', 'rl'], sets: halfAndHalf(steps) });
}

export async function flatAsynchronousMemory(setting: Setting, steps: number): Promise<Section> {
  const title = `Memory over ${steps} asynchronous steps of reinforcement learning`;
  return await memoryOf(setting, { name: 'memory-rl', title, stages: ['rl'], sets: asynchronous(steps) });
}

interface Plan {
  readonly name: string;
  readonly title: string;
  readonly stages: readonly string[];
  readonly sets: Sets;
}

async function memoryOf(setting: Setting, { name, title, stages, sets }: Plan): Promise<Section> {
  const args = Object.entries(sets).flatMap(([field, value]) => ['--set', `${field}=${value}`]);
  const sitting = await sit(runDirectory(setting, name), { args: [...args, '--to', 'rl'] });
  const shares = ['first step', 'a quarter', 'half', 'three quarters', 'all'];
  const heading = ['stage', ...shares, 'peak, first half', 'growth after half', 'by 100 steps, second half'];
  if (sitting.code !== 0) {
    const faults = [`the run failed: ${sitting.errors.trim()}`];
    return { title, heading, rows: [], faults, summary: 'not measured' };
  }
  const lines = readFileSync(path.join(runDirectory(setting, name), 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const rows: string[][] = [];
  const faults: string[] = [];
  for (const stage of stages) {
    const own = lines.filter((line) => line.stage === stage);
    const at = (share: number) => own[Math.round(share * (own.length - 1))]?.residentBytes ?? 0;
    const half = Math.floor(own.length / 2);
    const most = (part: readonly Line[]) => Math.max(...part.map(({ residentBytes }) => residentBytes));
    const growth = most(own.slice(half)) - most(own.slice(0, half));
    const slope = 100 * slopeOf(own.slice(half));
    const told = [0, 0.25, 0.5, 0.75, 1].map((share) => megabytes(at(share)));
    const slopeText = `${(slope / 1e6).toFixed(2)} MB`;
    rows.push([stage, ...told, megabytes(most(own.slice(0, half))), megabytes(growth), slopeText]);
    if (growth > mostGrowth) faults.push(`${stage}: ${megabytes(growth)} more in its second half`);
    if (own.length >= enoughForSlope && slope > mostSlope)
      faults.push(`${stage}: ${slopeText} more every 100 steps`);
  }
  discard(setting, name, faults);
  const summary = `${faults.length === 0 ? 'flat' : 'it grows'}; ${secondsText(sitting.seconds)}`;
  return { title, heading, rows, faults, summary };
}

/** Bytes a step, by least squares. */
function slopeOf(lines: readonly Line[]): number {
  const [x, y] = [mean(lines.map(({ step }) => step)), mean(lines.map(({ residentBytes }) => residentBytes))];
  const products = lines.reduce((sum, line) => sum + (line.step - x) * (line.residentBytes - y), 0);
  return products / lines.reduce((sum, { step }) => sum + (step - x) ** 2, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
