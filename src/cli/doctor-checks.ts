/**
 * What a run needs of a machine, one check each: found, judged, and with the way to mend it when it is not well.
 * A check that cannot be made fails with its reason; it never passes for lack of an answer.
 */
import { statfsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isCurrentNodeSufficient, packagedNode, platformPackage } from '../../bin/node-runtime.js';
import { Graph } from '../engine/ort/graph.ts';
import { serialiseOnnx } from '../engine/ort/onnx.ts';
import { detectFileSystem, type FileSystem } from '../journal/file-system.ts';
import { Random } from '../stats/random.ts';

export interface CheckResult {
  readonly name: string;
  /** `none`: not there, and not needed. */
  readonly status: 'ok' | 'none' | 'warn' | 'fail';
  readonly found: string;
  /** How to mend it; present unless the status is ok. */
  readonly mend?: string;
}

type Verdict = Omit<CheckResult, 'name'>;

const gibibyte = 2 ** 30;

/** All checks, in order. `directory` is where the runs will be. */
export async function checkMachine(directory: string): Promise<CheckResult[]> {
  const checks: readonly (readonly [string, () => Verdict | Promise<Verdict>])[] = [
    ['Node.js', checkNode],
    ['platform package', checkPlatformPackage],
    ['onnxruntime', checkOnnxruntime],
    ['processor', () => judgeCores(os.availableParallelism())],
    ['memory', () => judgeMemory(availableMemory())],
    ['disk', () => judgeDisk(freeBytes(directory))],
    ['write access', () => checkWriteAccess(directory)],
    ['SQLite', () => checkSqlite(directory)],
    ['file system', () => judgeFileSystem(detectFileSystem(directory))],
  ];
  const results: CheckResult[] = [];
  for (const [name, check] of checks) {
    try {
      results.push({ name, ...(await check()) });
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      results.push({ name, status: 'fail', found, mend: 'The check itself failed; the message says why.' });
    }
    if (name === 'onnxruntime' && results.at(-1)?.status === 'ok') {
      const { checkProviders } = await import('./doctor-providers.ts');
      results.push(...(await checkProviders()));
    }
  }
  return results;
}

function checkNode(): Verdict {
  const found = `${process.versions.node} (${process.execPath})`;
  if (isCurrentNodeSufficient()) return { status: 'ok', found };
  return { status: 'fail', found, mend: 'Install Node.js 22.18 or newer.' };
}

function checkPlatformPackage(): Verdict {
  const name = platformPackage();
  const platform = `${process.platform}-${process.arch}`;
  const mend =
    'Not needed with Node.js 22.18 or newer; to start QED from an older one, run "npm ci" without --omit=optional.';
  if (name === undefined) return { status: 'warn', found: `none for ${platform}`, mend };
  const binary = packagedNode();
  return binary === undefined
    ? { status: 'warn', found: `${name} is not installed`, mend }
    : { status: 'ok', found: name };
}

/** Multiplies two small matrices in onnxruntime and compares with the product computed here. */
async function checkOnnxruntime(): Promise<Verdict> {
  const mend =
    'Run "npm ci" again. onnxruntime brings binaries for Linux (glibc; not Alpine), macOS on Apple silicon and Windows.';
  try {
    const runtime = await import('onnxruntime-node');
    const [rows, inner, columns] = [7, 13, 5];
    const graph = new Graph();
    const product = graph.matmul(
      graph.input('a', 'float32', [rows, inner]),
      graph.input('b', 'float32', [inner, columns]),
    );
    graph.output('c', product, 'float32', [rows, columns]);
    const session = await runtime.InferenceSession.create(serialiseOnnx(graph.finish()));
    const random = new Random('doctor');
    const a = Float32Array.from({ length: rows * inner }, () => random.normal());
    const b = Float32Array.from({ length: inner * columns }, () => random.normal());
    const outputs = await session.run({
      a: new runtime.Tensor('float32', a, [rows, inner]),
      b: new runtime.Tensor('float32', b, [inner, columns]),
    });
    await session.release();
    const c = outputs.c?.data;
    let worst = c instanceof Float32Array && c.length === rows * columns ? 0 : Number.POSITIVE_INFINITY;
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < columns; j += 1) {
        let sum = 0;
        for (let k = 0; k < inner; k += 1) sum += (a[i * inner + k] ?? 0) * (b[k * columns + j] ?? 0);
        worst = Math.max(worst, Math.abs(sum - Number(c?.[i * columns + j])));
      }
    }
    const version = runtime.env.versions.node ?? runtime.env.versions.common;
    // NaN is not below the bound either.
    return worst < 1e-4
      ? { status: 'ok', found: `${version}, multiplies matrices correctly` }
      : { status: 'fail', found: `${version} gives a wrong matrix product (off by ${worst})`, mend };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { status: 'fail', found: reason, mend };
  }
}

export function judgeCores(cores: number): Verdict {
  const found = `${cores} ${cores === 1 ? 'core' : 'cores'}, ${os.cpus()[0]?.model.trim() ?? 'unknown model'}`;
  if (cores >= 2) return { status: 'ok', found };
  return { status: 'warn', found, mend: 'It works, at half the speed that the guide quotes for two cores.' };
}

/** Bytes this process may use: of a container's limit, if there is one, else of the machine. */
function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, os.totalmem()) : os.totalmem();
}

export function judgeMemory(bytes: number): Verdict {
  const found = `${(bytes / gibibyte).toFixed(1)} GiB`;
  if (bytes >= 2 * gibibyte) return { status: 'ok', found };
  return {
    status: 'warn',
    found,
    mend: 'The lab needs about 1 GiB; close other programs or use recipes/lab-quick.yaml.',
  };
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

export function judgeDisk(bytes: number): Verdict {
  const found = `${(bytes / gibibyte).toFixed(1)} GiB free`;
  const mend = 'A run of the lab takes about 0.2 GiB; free some space or work in another directory.';
  if (bytes >= 2 * gibibyte) return { status: 'ok', found };
  return { status: bytes >= gibibyte / 4 ? 'warn' : 'fail', found, mend };
}

async function checkWriteAccess(directory: string): Promise<Verdict> {
  try {
    await withScratch(directory, async (scratch) => {
      const file = await open(path.join(scratch, 'file'), 'wx');
      await file.write('qed');
      await file.sync();
      await file.close();
    });
    return { status: 'ok', found: directory };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      status: 'fail',
      found: reason,
      mend: 'Runs are written to runs/ here; work in a directory of your own.',
    };
  }
}

/** The journal's mode on this file system: write-ahead log, synced. */
async function checkSqlite(directory: string): Promise<Verdict> {
  const { DatabaseSync } = await import('node:sqlite');
  const inMemory = new DatabaseSync(':memory:');
  const version = String(inMemory.prepare('SELECT sqlite_version() AS version').get()?.version);
  inMemory.close();
  try {
    const mode = await withScratch(directory, async (scratch) => {
      const database = new DatabaseSync(path.join(scratch, 'check.db'));
      const got = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
      database.exec('PRAGMA synchronous = FULL; CREATE TABLE t (x); INSERT INTO t VALUES (1)');
      database.close();
      return String(got);
    });
    if (mode === 'wal') return { status: 'ok', found: `${version}, write-ahead log works here` };
    return { status: 'fail', found: `${version}, journal mode is ${mode} here`, mend: localDisk };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'fail', found: `${version}: ${reason}`, mend: localDisk };
  }
}

const localDisk = 'Work on a local disk, or name one with --run; a finished run can be copied anywhere.';

export function judgeFileSystem({ name, kind }: FileSystem): Verdict {
  if (kind === 'local') return { status: 'ok', found: `${name}, local` };
  if (kind === 'doubtful') {
    return { status: 'warn', found: `${name}, whose locks may not work`, mend: localDisk };
  }
  return {
    status: 'fail',
    found: `${name}, a network file system, to which no run is written`,
    mend: localDisk,
  };
}

async function withScratch<T>(directory: string, use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(path.join(directory, '.qed-doctor-'));
  try {
    return await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
