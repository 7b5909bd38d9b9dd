/**
 * NO-TORN-CHECKPOINT: a checkpoint is whole and verified, or it does not exist.
 *
 * It is filled beside its place, every file is synced, the manifest is written last, and the directory is renamed
 * into place. Reading verifies sizes and SHA-256 of every file; a directory that fails is passed over aloud, and
 * if none is left that is an error, never a silent fresh start.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import {
  type CheckpointFile,
  type CheckpointManifest,
  manifestName,
  manifestText,
  manifestVersion,
  parseManifest,
} from './checkpoint-manifest.ts';
import { diskTrouble } from './disk-trouble.ts';
import { JournalError } from './errors.ts';
import { type FileLayer, nodeFileLayer } from './file-layer.ts';
import { finalNameOf, isStaleTemporary, temporaryName } from './temporary-name.ts';

/**
 * Makes `finalDirectory` from what `fill` writes into the directory it is given (files and subdirectories; no
 * links). A checkpoint that is already there is replaced. Rejects with a DiskFullError if there is no room; what
 * then lies at `finalDirectory` is what lay there before, or the whole new one.
 */
export async function writeCheckpoint(
  finalDirectory: string,
  fill: (directory: string) => Promise<void>,
  files: FileLayer = nodeFileLayer,
): Promise<CheckpointManifest> {
  const stage = dirname(finalDirectory);
  const made = await mkdir(stage, { recursive: true });
  if (made !== undefined) await files.sync(dirname(made), 'directory');
  const temporary = temporaryName(finalDirectory);
  const replaced = temporaryName(finalDirectory);
  try {
    await mkdir(temporary.path);
    await fill(temporary.path);
    const manifest = await describe(temporary.path, files);
    await files.write(join(temporary.path, manifestName), manifestText(manifest));
    await files.sync(join(temporary.path, manifestName), 'file');
    await files.sync(temporary.path, 'directory');
    // A directory cannot be renamed over another. A crash between the two renames leaves two whole temporaries,
    // one of which `newestCheckpoint` puts in place.
    const previous = await exists(finalDirectory);
    if (previous) await files.rename(finalDirectory, replaced.path);
    try {
      await files.rename(temporary.path, finalDirectory);
    } catch (error) {
      if (previous) await files.rename(replaced.path, finalDirectory);
      throw error;
    }
    await files.sync(stage, 'directory');
    if (previous) await files.remove(replaced.path);
    return manifest;
  } catch (error) {
    const trouble = diskTrouble(error, finalDirectory);
    try {
      await files.remove(temporary.path);
    } catch (removal) {
      throw new AggregateError(
        [trouble, removal],
        `could not write ${finalDirectory}, nor remove ${temporary.path}`,
      );
    }
    throw trouble;
  } finally {
    temporary.release();
    replaced.release();
  }
}

/** Syncs every file and directory below `directory` and describes the files. */
async function describe(directory: string, files: FileLayer): Promise<CheckpointManifest> {
  const described: CheckpointFile[] = [];
  for (const { path, kind } of await list(directory)) {
    const absolute = join(directory, path);
    if (kind === 'other')
      throw new JournalError(`${absolute}: a checkpoint holds files and directories only`);
    if (path === manifestName) throw new JournalError(`${absolute}: this name is the checkpoint's own`);
    await files.sync(absolute, kind);
    if (kind === 'file') described.push({ path, ...(await digest(absolute)) });
  }
  if (described.length === 0) throw new JournalError(`${directory}: an empty checkpoint`);
  return { format: 'qed-checkpoint', version: manifestVersion, files: described };
}

export type CheckpointVerdict =
  | { readonly ok: true; readonly manifest: CheckpointManifest }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads the whole checkpoint and compares it with its manifest. Not whole: a file cut, altered, missing or
 * swapped, a file that the manifest does not name (a loader might pick it up; names that begin with a dot do not
 * count), no manifest, or one of a newer format.
 */
export async function verifyCheckpoint(directory: string): Promise<CheckpointVerdict> {
  const fail = (reason: string): CheckpointVerdict => ({ ok: false, reason });
  let text: string;
  try {
    text = await readFile(join(directory, manifestName), 'utf8');
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return fail(`has no ${manifestName}`);
  }
  const manifest = parseManifest(text);
  if ('reason' in manifest) return fail(manifest.reason);
  const found = new Map((await list(directory)).map(({ path, kind }) => [path, kind]));
  const named = new Set([manifestName, ...manifest.files.map(({ path }) => path)]);
  for (const [path, kind] of found) {
    const hidden = path.split('/').some((part) => part.startsWith('.'));
    if (kind !== 'directory' && !named.has(path) && !hidden) return fail(`${path} is not in the manifest`);
  }
  // All sizes first: a cut file is found without reading gigabytes before it.
  for (const { path, bytes } of manifest.files) {
    if (found.get(path) !== 'file') return fail(`${path} is missing`);
    const { size } = await stat(join(directory, path));
    if (size !== bytes) return fail(`${path} has ${size} bytes instead of ${bytes}`);
  }
  for (const { path, sha256 } of manifest.files) {
    if ((await digest(join(directory, path))).sha256 !== sha256)
      return fail(`${path} is altered (SHA-256 differs)`);
  }
  return { ok: true, manifest };
}

export interface FoundCheckpoint {
  readonly directory: string;
  readonly step: number;
  readonly manifest: CheckpointManifest;
}

export interface PassedOver {
  readonly directory: string;
  readonly step: number;
  readonly reason: string;
}

/**
 * The newest whole checkpoint among the subdirectories of `stageDirectory` whose names are step numbers, or
 * undefined if there are none. Newer ones that are not whole are told to `report`, newest first; if there are some
 * but none is whole, throws. Removes what dead writers left behind, after putting in place what lacked only its
 * rename.
 */
export async function newestCheckpoint(
  stageDirectory: string,
  report: (passedOver: PassedOver) => void,
): Promise<FoundCheckpoint | undefined> {
  let names: string[];
  try {
    names = await readdir(stageDirectory);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  names = await recoverCheckpoints(stageDirectory, names);
  const steps = names.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a));
  for (const name of steps) {
    const directory = join(stageDirectory, name);
    const verdict = await verifyCheckpoint(directory);
    if (verdict.ok) return { directory, step: Number(name), manifest: verdict.manifest };
    report({ directory, step: Number(name), reason: verdict.reason });
  }
  if (steps.length > 0) {
    throw new JournalError(`${stageDirectory}: none of its ${steps.length} checkpoints is whole`);
  }
  return undefined;
}

/**
 * Deals with what dead writers left among `names`, entries of a directory of checkpoints: puts in place what lacked only
 * its rename and removes the rest. Returns the names that are there now.
 */
export async function recoverCheckpoints(
  stageDirectory: string,
  names: readonly string[],
): Promise<string[]> {
  const present = new Set(names);
  for (const name of names) {
    const path = join(stageDirectory, name);
    if (!isStaleTemporary(path)) continue;
    present.delete(name);
    const finalName = finalNameOf(name);
    if (!present.has(finalName) && (await verifyCheckpoint(path)).ok) {
      await nodeFileLayer.rename(path, join(stageDirectory, finalName));
      await nodeFileLayer.sync(stageDirectory, 'directory');
      present.add(finalName);
    } else {
      await nodeFileLayer.remove(path);
    }
  }
  return [...present];
}

interface Listed {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/** Everything below `directory`, sorted by path; paths relative to it, with forward slashes. */
async function list(directory: string): Promise<readonly Listed[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .map((entry): Listed => {
      const path = join(entry.parentPath, entry.name).slice(join(directory, sep).length).replaceAll(sep, '/');
      return { path, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other' };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function digest(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const sha256 = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 })) {
    sha256.update(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
  }
  return { bytes, sha256: sha256.digest('hex') };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** A file, or a directory on its way, is not there. */
function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
