/**
 * TORN CHECKPOINT in a run: the newest one of an unfinished stage is damaged in every way that a file system or a
 * person can; the run goes back to the one before, says so, and ends as its twin.
 */
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sit } from '../../src/recipe/fixtures/sitting.ts';
import { discard, faultsOf, runDirectory, type Section, type Setting } from './setting.ts';

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
];

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
  discard(setting, origin, []);
  return {
    title: 'the newest checkpoint damaged',
    heading: ['damage', 'the run says', 'as the twin'],
    rows,
    faults,
    summary: `${rows.filter(([, , survived]) => survived === 'yes').length} of ${rows.length} seen, told and mended`,
  };
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
