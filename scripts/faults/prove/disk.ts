/**
 * DISK-FULL for `qed prove`: a small file system of its own (tmpfs; needs the right to mount) is filled to the brim at
 * seeded moments of a run: under the journal and its files, under the files alone (`--out`), and at the last calls, where
 * the log is folded in. The command says what could not be written and how much was free, what was acknowledged is there,
 * and with room again the same command ends as its twin.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { DiskFullError } from '../../../src/journal/errors.ts';
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import { Random } from '../../../src/stats/random.ts';
import type { Section } from '../setting.ts';
import { faultsOfFiles, type ProveRecord, readRecord, unlikeTwin } from './outcome.ts';
import { inPlace, type Place, type ProveFaultOptions, presetText, problemLines } from './setting.ts';
import { errorsOf, runQed, startQed } from './sitting.ts';

export interface DiskOptions extends ProveFaultOptions {
  readonly moments: number;
  readonly problems: number;
}

const diskBytes = 64 * 2 ** 20;
const attempts = 2;
const heading = ['what is on the disk', 'filled after', 'left', 'the command says', 'as the twin'];

export function proveDisk(options: DiskOptions): Promise<Section> {
  return inPlace('prove-disk', { seed: options.seed, firstByte: [2, 12] }, async (place) => {
    const title = 'prove: the disk is full';
    const disk = path.join(place.directory, 'disk');
    mkdirSync(disk);
    const mount = ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk];
    const mounted = spawnSync('mount', mount, { encoding: 'utf8' });
    if (mounted.status !== 0) {
      const reason = mounted.error?.message ?? mounted.stderr.trim();
      const summary = `skipped: cannot mount a tmpfs here (${reason})`;
      return { title, heading, rows: [], faults: [], summary };
    }
    try {
      return { title, ...(await onDisk(place, options)) };
    } finally {
      spawnSync('umount', [disk]);
    }
  });
}

/** What is put on the small disk. */
type Kind = 'run' | 'files' | 'end of the run';
const kinds: readonly Kind[] = ['run', 'run', 'files', 'end of the run'];

async function onDisk(
  place: Place,
  { moments, problems, seed }: DiskOptions,
): Promise<Omit<Section, 'title'>> {
  const { server, qed, directory } = place;
  // Replies of some kilobytes go to the packs, others into the database.
  place.write(
    'problems.jsonl',
    problemLines(problems, (index) => (index % 2 === 0 ? '[server: {"tokens": 400}]' : '')),
  );
  place.write('model.yaml', presetText({ maxTokens: 1_000, concurrency: { initial: 16, most: 16 } }));
  const args = (run: string, out?: string): string[] => [
    ...[
      'prove',
      'problems.jsonl',
      '-m',
      'model.yaml',
      '-s',
      'rsa(n=4,k=2,rounds=1)',
      '--attempts',
      `${attempts}`,
    ],
    ...['--run', run, '--json', ...(out === undefined ? [] : ['--out', out])],
  ];
  const whole = await runQed(args('twin'), qed);
  if (whole.code !== 0) throw new Error(`the undisturbed run failed: ${errorsOf(whole)}`);
  const twin = await readRecord(path.join(directory, 'twin'), whole.output);
  const calls = (await server.log()).length;

  const random = new Random('prove-disk', seed);
  const rows: string[][] = [];
  const faults: string[] = [];
  for (let index = 0; index < moments; index += 1) {
    const kind = kinds[index % kinds.length] ?? 'run';
    const run = kind === 'files' ? `run-${index}` : 'disk/run';
    const commandArgs = args(run, kind === 'files' ? 'disk/made' : undefined);
    const share = kind === 'end of the run' ? 1 : (index + random.next()) / moments;
    const after = Math.max(1, Math.floor(calls * share));
    // The end needs little more than what is there.
    const most = kind === 'end of the run' ? 30_000 : 300_000;
    const room = random.next() < 0.3 ? 0 : Math.floor(most * random.next());
    const found = await fillOnce(place, { commandArgs, run, after, room, twin, problems, kind });
    rows.push([
      kind,
      `${after} of ${calls} calls`,
      `${(room / 1024).toFixed(0)} KiB`,
      found.said,
      found.faults.length === 0 ? 'yes' : 'NO',
    ]);
    faults.push(...found.faults.map((fault) => `${kind}, after ${after} calls, room ${room}: ${fault}`));
    for (const entry of readdirSync(path.join(directory, 'disk'))) {
      rmSync(path.join(directory, 'disk', entry), { recursive: true });
    }
  }
  const said = rows.filter(([, , , words]) => words?.startsWith('disk full')).length;
  return {
    heading,
    rows,
    faults,
    summary: `${rows.filter((row) => row.at(-1) === 'yes').length} of ${moments} went on when there was room; ${said} were told of a full disk, the others had room enough`,
  };
}

async function fillOnce(
  { server, qed, directory }: Place,
  moment: {
    readonly commandArgs: readonly string[];
    readonly run: string;
    readonly after: number;
    readonly room: number;
    readonly twin: ProveRecord;
    readonly problems: number;
    readonly kind: Kind;
  },
): Promise<{ readonly said: string; readonly faults: string[] }> {
  const { commandArgs, run, after, room, twin, problems, kind } = moment;
  const disk = path.join(directory, 'disk');
  const filler = path.join(disk, '.filler');
  const from = (await server.log()).length;
  const running = startQed(commandArgs, qed);
  await Promise.race([server.reached(from + after), running.ended]);
  fill(filler, room);
  const failed = await running.ended;
  const faults: string[] = [];
  const words = errorsOf(failed);
  const message = /disk full: could not write (\S+) \((\d+) bytes free\)/.exec(words);
  if (failed.code !== 0 && (failed.code !== 1 || message === null))
    faults.push(
      `it ended with ${failed.code ?? failed.signal} and said ${JSON.stringify(words.slice(-400))}`,
    );
  if (message !== null && !path.resolve(directory, message[1] ?? '').startsWith(disk))
    faults.push(`it named ${message[1]}, which is not on the full disk`);
  // Whoever looks at the run meanwhile sees what was acknowledged, or is told why not.
  const seen = await recordedOf(path.join(directory, run)).catch((error: unknown) => error);
  if (seen instanceof Error && !(seen instanceof DiskFullError))
    faults.push(`the journal did not open: ${seen.message}`);
  rmSync(filler);
  const recorded = await recordedOf(path.join(directory, run));
  const resumed = await runQed(commandArgs, qed);
  if (resumed.code !== 0) {
    faults.push(`with room again it ended with ${resumed.code}: ${errorsOf(resumed).slice(-400)}`);
    return { said: message?.[0] ?? 'nothing', faults };
  }
  const record = await readRecord(path.join(directory, run), resumed.output);
  faults.push(...unlikeTwin(record, twin));
  faults.push(
    ...faultsOfFiles(kind === 'files' ? path.join(disk, 'made') : path.join(directory, run), problems),
  );
  const gone = [...recorded].filter(([name, reply]) => record.replies.get(name) !== reply).length;
  if (gone > 0) faults.push(`${gone} recorded replies are not there any more`);
  const place = message?.[1] === undefined ? '' : path.relative(disk, path.resolve(directory, message[1]));
  const said = message === null ? 'nothing: there was room' : `disk full: ${place}, ${message[2]} bytes free`;
  return { said, faults };
}

async function recordedOf(runDirectory: string): Promise<Map<string, string>> {
  const recorded = new Map<string, string>();
  if (!existsSync(path.join(runDirectory, 'journal.db'))) return recorded;
  const reader = new JournalReader(runDirectory);
  for await (const { unit, label, value } of reader.effects()) {
    const { seconds: _, order: __, ...reply } = value as Readonly<Record<string, unknown>>;
    recorded.set(`${unit} ${label}`, JSON.stringify(reply));
  }
  reader.close();
  return recorded;
}

/** Fills the file system of this file until so many bytes are free. */
function fill(file: string, room: number): void {
  const handle = openSync(file, 'w');
  const zeros = new Uint8Array(65_536);
  let size = 0;
  try {
    for (;;) size += writeSync(handle, zeros);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  ftruncateSync(handle, Math.max(0, size - room));
  closeSync(handle);
}
