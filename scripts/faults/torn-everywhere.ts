/**
 * TORN CHECKPOINT at the level of the store that runs read with: the newest of two real checkpoints is cut, or has one bit
 * flipped, at offsets spread over every one of its files. Each damage has to be told, and the one before chosen.
 */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newestCheckpoint } from '../../src/journal/checkpoint-store.ts';

export interface Everywhere {
  readonly rows: string[][];
  readonly faults: string[];
}

/** `stage`: a directory with the checkpoints `newest` and `before`, both whole. It is left as it was. */
export async function damagedEverywhere(
  stage: string,
  { newest, before, offsets }: { readonly newest: number; readonly before: number; readonly offsets: number },
): Promise<Everywhere> {
  const directory = path.join(stage, `${newest}`);
  const files = readdirSync(directory);
  const faults: string[] = [];
  const ways = [
    ['cut', (file: string, offset: number) => truncateSync(file, offset)],
    ['one bit flipped', flip],
  ] as const;
  const rows: string[][] = [];
  for (const [what, damage] of ways) {
    let seen = 0;
    const told = new Map<string, number>();
    for (let index = 0; index < offsets; index += 1) {
      const file = path.join(directory, files[index % files.length] ?? '');
      const whole = readFileSync(file);
      // The offsets of a file are spread evenly, each in the middle of its part.
      const ofFile = Math.ceil((offsets - (index % files.length)) / files.length);
      const offset = Math.floor(((Math.floor(index / files.length) + 0.5) / ofFile) * whole.length);
      damage(file, offset);
      const passedOver: string[] = [];
      const found = await newestCheckpoint(stage, ({ step, reason }) => passedOver.push(`${step} ${reason}`));
      const isSeen = found?.step === before && passedOver.length === 1;
      if (isSeen) seen += 1;
      else faults.push(`${what} at ${offset} of ${path.basename(file)}: step ${found?.step} was chosen`);
      const kind = (passedOver[0] ?? 'nothing')
        .replace(/^\d+ /, '')
        .replace(/^\S+\.\w+/, '…')
        .replace(/\d+/g, 'n');
      told.set(kind, (told.get(kind) ?? 0) + 1);
      writeFileSync(file, whole);
    }
    const reasons = [...told].map(([kind, count]) => `${count} × ${kind}`).join('; ');
    rows.push([
      `${what}: ${offsets} offsets over ${files.length} files`,
      reasons,
      `${seen} of ${offsets} seen`,
    ]);
  }
  return { rows, faults };
}

function flip(file: string, offset: number): void {
  const bytes = readFileSync(file);
  bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (offset % 8));
  writeFileSync(file, bytes);
}
