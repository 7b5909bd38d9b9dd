/**
 * DISK FULL: a run on a small file system of its own (tmpfs; needs the right to mount) that has room for a part of
 * it only. It fails with a message that names the file, and when there is room again it goes on and ends as its twin.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sit, witnessFile } from '../../src/recipe/fixtures/sitting.ts';
import { faultsOf, lastWords, runDirectory, type Section, type Setting } from './setting.ts';

/** The run directory is the file system; its witness writes elsewhere. */
const name = 'disk';
const title = 'the disk is full';
const heading = ['room', 'after', 'the run says', 'as the twin'];
const diskBytes = 64 * 2 ** 20;

/** `points`: how many amounts of room are tried, up to what the run needs at most. */
export async function fullDisk(setting: Setting, points: number): Promise<Section> {
  const disk = runDirectory(setting, name);
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) {
    const reason = mounted.error?.message ?? mounted.stderr.trim();
    return {
      title,
      heading,
      rows: [],
      faults: [],
      summary: `skipped: cannot mount a tmpfs here (${reason})`,
    };
  }
  try {
    return await onDisk(setting, disk, points);
  } finally {
    spawnSync('umount', [disk]);
  }
}

async function onDisk(setting: Setting, disk: string, points: number): Promise<Section> {
  const free = (): number => {
    const { bavail, bsize } = statfsSync(disk);
    return bavail * bsize;
  };
  const clear = (): void => {
    for (const entry of readdirSync(disk)) rmSync(path.join(disk, entry), { recursive: true });
    rmSync(witnessFile(disk), { force: true });
  };
  let least = free();
  const watch = setInterval(() => {
    least = Math.min(least, free());
  }, 10);
  await sit(disk, setting.sitting);
  clearInterval(watch);
  clear();
  const most = free() - least;

  const filler = path.join(disk, '.filler');
  const rows: string[][] = [];
  const faults: string[] = [];
  for (let index = 0; index < points; index += 1) {
    const room = Math.round((most * (index + 0.5)) / points);
    writeFileSync(filler, new Uint8Array(Math.max(0, free() - room)));
    const failed = await sit(disk, setting.sitting);
    const message = /disk full: could not write (\S+) \(\d+ bytes free\)/.exec(failed.errors);
    rmSync(filler);
    const resumed = await sit(disk, setting.sitting);
    const found = resumed.code === 0 ? await faultsOf(setting, name) : [`${name}: ${resumed.errors}`];
    const hadRoom = failed.code === 0;
    if (!hadRoom && message === null)
      found.push(`${name}, room ${room}: it said ${JSON.stringify(failed.errors)}`);
    rows.push([
      `${(room / 1024).toFixed(0)} KiB`,
      lastWords(failed.output),
      hadRoom ? 'nothing: there was room' : `disk full: ${path.relative(disk, message?.[1] ?? '?')}`,
      found.length === 0 ? 'yes' : 'NO',
    ]);
    faults.push(...found);
    clear();
  }
  return {
    title,
    heading,
    rows,
    faults,
    summary: `${rows.filter((row) => row.at(-1) === 'yes').length} of ${points} went on when there was room; a run needs ${(most / 1024).toFixed(0)} KiB`,
  };
}
