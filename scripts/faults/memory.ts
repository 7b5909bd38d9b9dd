/**
 * MEMORY: a thousand optimiser steps, half of them supervised and half reinforcement learning with new weights for the
 * sampler at each, with validation, held-out scores and checkpoints in between. Each stage may take what it needs in
 * its first half; in its second half the process must not grow. The weights are 4 MB, so that one copy of them kept at
 * every tenth step is seen.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sit } from '../../src/recipe/fixtures/sitting.ts';
import { discard, runDirectory, type Section, type Setting, secondsText } from './setting.ts';

/** Peak of the second half above that of the first, in bytes: heaps of eight threads, and what allocators keep. */
const mostGrowth = 100e6;

const sets = (steps: number): Readonly<Record<string, string | number>> => ({
  'model.hiddenSize': 128,
  'model.layers': 4,
  'model.heads': 4,
  'model.headSize': 32,
  'model.keyValueHeads': 2,
  'model.feedForwardSize': 384,
  pretrain: 'null',
  'sft.steps': steps / 2,
  'sft.epochs': 1000,
  'sft.validateEvery': 50,
  'sft.checkpointEvery': 50,
  'rl.steps': steps / 2,
  'rl.evaluateEvery': 50,
  'rl.checkpointEvery': 50,
  evaluate: 'null',
});

interface Line {
  readonly stage: string;
  readonly step: number;
  readonly residentBytes: number;
}

export async function flatMemory(setting: Setting, steps: number): Promise<Section> {
  const name = 'memory';
  const args = Object.entries(sets(steps)).flatMap(([field, value]) => ['--set', `${field}=${value}`]);
  const sitting = await sit(runDirectory(setting, name), { args });
  const title = `Memory over ${steps} steps`;
  const heading = ['stage', 'first step', 'a quarter', 'half', 'three quarters', 'all', 'growth after half'];
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
  for (const [stage, own] of Map.groupBy(lines, (line) => line.stage)) {
    const at = (share: number) => own[Math.round(share * (own.length - 1))]?.residentBytes ?? 0;
    const half = Math.floor(own.length / 2);
    const most = (part: readonly Line[]) => Math.max(...part.map(({ residentBytes }) => residentBytes));
    const growth = most(own.slice(half)) - most(own.slice(0, half));
    rows.push([stage, ...[0, 0.25, 0.5, 0.75, 1].map((share) => megabytes(at(share))), megabytes(growth)]);
    if (growth > mostGrowth) faults.push(`${stage}: ${megabytes(growth)} more in its second half`);
  }
  discard(setting, name, faults);
  const summary = `${faults.length === 0 ? 'flat' : 'it grows'}; ${secondsText(sitting.seconds)}`;
  return { title, heading, rows, faults, summary };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
