/**
 * TORN CHECKPOINT in a run: the newest one of an unfinished stage is damaged in every way that a file system or a
 * person can; the run goes back to the one before, says so, and ends as its twin. Where none is whole it does nothing and
 * says why. Then damages at offsets over all files (torn-everywhere.ts), and how long a large checkpoint takes to be verified.
 */
import { randomFillSync } from 'node:crypto';
import { cpSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { verifyCheckpoint, writeCheckpoint } from '../../src/journal/checkpoint-store.ts';
import { JournalReader } from '../../src/journal/journal-reader.ts';
import { sit } from '../../src/recipe/fixtures/sitting.ts';
import { discard, faultsOf, runDirectory, type Section, type Setting, secondsText } from './setting.ts';
import { damagedEverywhere } from './torn-everywhere.ts';

const weights = 'model.safetensors';
const manifest = 'manifest.json';

/** What is done to the newest checkpoint, at `directory`; `older` is the one before it. */
const damages: readonly (readonly [string, (directory: string, older: string) => void])[] = [
  [
    'weights cut in half',
    (at) => truncateSync(path.join(at, weights), readFileSync(path.join(at, weights)).length >> 1),
  ],
  ['weights empty', (at) => truncateSync(path.join(at, weights), 0)],
  ['one bit of the weights', (at) => flip(path.join(at, weights))],
  ['one bit of the optimiser', (at) => flip(path.join(at, 'optimizer.safetensors'))],
  ['one bit of config.json', (at) => flip(path.join(at, 'config.json'))],
  ['tokenizer gone', (at) => rmSync(path.join(at, 'tokenizer.json'))],
  ['manifest gone', (at) => rmSync(path.join(at, manifest))],
  ['manifest cut', (at) => truncateSync(path.join(at, manifest), 40)],
  ['a newer format', (at) => edit(path.join(at, manifest), /"version": ?\d+/, '"version": 99')],
  ['weights of the one before', (at, older) => cpSync(path.join(older, weights), path.join(at, weights))],
  ['weights gone, manifest there', (at) => rmSync(path.join(at, weights))],
  [
    'weights and optimiser swapped',
    (at) => swap(path.join(at, weights), path.join(at, 'optimizer.safetensors')),
  ],
];

/** Of damages over all files. */
const offsets = 100;
const largeBytes = 1e9;
const mostSeconds = 5;

export async function tornCheckpoints(setting: Setting): Promise<Section> {
  const origin = 'torn';
  await sit(runDirectory(setting, origin), {
    ...setting.sitting,
    ending: { kind: 'line', pattern: /^rl 7\// },
  });
  const rows: string[][] = [];
  const faults: string[] = [];
  for (const [index, [what, damage]] of damages.entries()) {
    const name = `${origin}-${index + 1}`;
    const directory = runDirectory(setting, name);
    cpSync(runDirectory(setting, origin), directory, { recursive: true });
    damage(path.join(directory, 'checkpoints/rl/6'), path.join(directory, 'checkpoints/rl/3'));
    const { code, output, errors } = await sit(directory, setting.sitting);
    const reason = /checkpoint rl\/6 is not whole \((.*?)\); going back/.exec(output)?.[1];
    const found = code === 0 ? await faultsOf(setting, name) : [`${name}: ${errors}`];
    if (reason === undefined) found.push(`${name} (${what}): not a word about it`);
    rows.push([what, reason ?? 'NOTHING SAID', found.length === 0 ? 'yes' : 'NO']);
    discard(setting, name, found);
    faults.push(...found);
  }
  const mended = rows.filter(([, , survived]) => survived === 'yes').length;
  const none = await noneWhole(setting, origin);
  const stage = path.join(runDirectory(setting, origin), 'checkpoints/rl');
  const everywhere = await damagedEverywhere(stage, { newest: 6, before: 3, offsets });
  const large = await verifiedLarge(setting.root);
  for (const more of [none, everywhere, large]) {
    rows.push(...more.rows);
    faults.push(...more.faults);
  }
  discard(setting, origin, []);
  return {
    title: 'the newest checkpoint damaged',
    heading: ['damage', 'the run says', 'as the twin'],
    rows,
    faults,
    summary: `${mended} of ${damages.length} seen, told and mended; ${faults.length} faults`,
  };
}

/** Every checkpoint of the stage damaged: the run ends with an error and does nothing. */
async function noneWhole(setting: Setting, origin: string): Promise<{ rows: string[][]; faults: string[] }> {
  const what = 'every checkpoint';
  const directory = runDirectory(setting, `${origin}-none`);
  cpSync(runDirectory(setting, origin), directory, { recursive: true });
  for (const step of [3, 6]) flip(path.join(directory, 'checkpoints/rl', `${step}`, weights));
  const before = await stepsOf(directory);
  const { code, errors } = await sit(directory, setting.sitting);
  const reason = /none of its 2 checkpoints is whole/.exec(errors)?.[0];
  const faults: string[] = [];
  if (code === 0 || code === null) faults.push(`${what}: it ended with ${code}`);
  if (reason === undefined) faults.push(`${what}: it said ${errors.slice(-300)}`);
  if ((await stepsOf(directory)) !== before) faults.push(`${what}: it trained`);
  discard(setting, `${origin}-none`, faults);
  const outcome = `exit code ${code}, nothing trained`;
  return { rows: [[what, reason ?? 'NOTHING SAID', faults.length === 0 ? outcome : 'NO']], faults };
}

async function stepsOf(directory: string): Promise<number> {
  const reader = new JournalReader(directory);
  try {
    let steps = 0;
    for await (const _ of reader.values('rl/step')) steps += 1;
    return steps;
  } finally {
    reader.close();
  }
}

/** How long it takes to verify a checkpoint of four shards, and how much of that is work; medians of three times. */
async function verifiedLarge(root: string): Promise<{ rows: string[][]; faults: string[] }> {
  const directory = path.join(root, 'large', '1');
  const shard = Buffer.alloc(largeBytes / 4);
  await writeCheckpoint(directory, async (to) => {
    for (let index = 1; index <= 4; index += 1) {
      randomFillSync(shard);
      await writeFile(path.join(to, `model-0000${index}-of-00004.safetensors`), shard);
    }
  });
  const times: number[] = [];
  const works: number[] = [];
  const faults: string[] = [];
  for (let time = 0; time < 3; time += 1) {
    const began = performance.now();
    const worked = process.cpuUsage();
    const verdict = await verifyCheckpoint(directory);
    times.push((performance.now() - began) / 1000);
    const { user, system } = process.cpuUsage(worked);
    works.push((user + system) / 1e6);
    if (!verdict.ok) faults.push(`a large checkpoint that is whole: ${verdict.reason}`);
  }
  const [seconds, work] = [times, works].map((all) => all.sort((a, b) => a - b)[1] ?? Number.NaN);
  if (seconds === undefined || !(seconds < mostSeconds))
    faults.push(`verifying 1 GB took ${secondsText(seconds)}, wanted < ${mostSeconds} s`);
  rmSync(path.dirname(directory), { recursive: true });
  return {
    rows: [
      [
        'none: 1 GB in four shards',
        `verified in ${secondsText(seconds)}, of CPU ${secondsText(work)}`,
        `< ${mostSeconds} s`,
      ],
    ],
    faults,
  };
}

function swap(one: string, other: string): void {
  const between = `${one}.between`;
  renameSync(one, between);
  renameSync(other, one);
  renameSync(between, other);
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function edit(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!from.test(text)) throw new Error(`${file}: nothing like ${from} in it`);
  writeFileSync(file, text.replace(from, to));
}
