/**
 * Files that were fetched, by their SHA-256, and which of them an address gave. A file is whole and is what its name
 * says, or it is not there: what was damaged since is thrown away and fetched again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { nodeFileLayer } from '../../journal/file-layer.ts';
import { isStaleTemporary } from '../../journal/temporary-name.ts';
import { type FileDigest, fileDigest, sha256Schema } from '../file-digest.ts';
import { type Downloaded, type DownloadRequest, download } from './download.ts';

export interface CachedFile extends FileDigest {
  readonly path: string;
  readonly url: string;
}

export interface FetchRequest extends Omit<DownloadRequest, 'directory'> {
  /** The directory of the cache. */
  readonly cache: string;
  /** What the file is called in the cache; its extension says how it is read. */
  readonly name: (headers: Downloaded['headers']) => string;
  /** Whether to ask the server although the address is known. */
  readonly refresh?: boolean | undefined;
}

const entrySchema = z.object({ url: z.string(), name: z.string(), sha256: sha256Schema, bytes: z.number() });

/** From the cache where it is known, else from its address. Throws what `download` throws. */
export async function fetchFile(request: FetchRequest): Promise<CachedFile> {
  const { cache, url, expected } = request;
  const known = request.refresh === true ? undefined : await cachedFile(cache, url, expected);
  if (known !== undefined) return known;
  const downloaded = await download({ ...request, directory: path.join(cache, 'partial') });
  const { sha256, bytes } = downloaded;
  const name = path.basename(request.name(downloaded.headers));
  const file = path.join(cache, 'files', sha256, name);
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    await nodeFileLayer.rename(downloaded.path, file);
    await nodeFileLayer.sync(path.dirname(file), 'directory');
  } finally {
    downloaded.release();
  }
  const entry = entryPath(cache, url);
  mkdirSync(path.dirname(entry), { recursive: true });
  await writeFileAtomic(entry, `${JSON.stringify({ url: url.href, name, sha256, bytes })}\n`);
  return { path: file, url: url.href, sha256, bytes };
}

async function cachedFile(
  cache: string,
  url: URL,
  expected: Partial<FileDigest>,
): Promise<CachedFile | undefined> {
  const entry = readEntry(entryPath(cache, url));
  const sha256 = expected.sha256 ?? entry?.sha256;
  if (sha256 === undefined) return undefined;
  const directory = path.join(cache, 'files', sha256);
  if (!existsSync(directory)) return undefined;
  const names = readdirSync(directory).filter((name) => !isStaleTemporary(path.join(directory, name)));
  const name = names.find((found) => found === entry?.name) ?? names[0];
  if (name === undefined) return undefined;
  const file = path.join(directory, name);
  const found = await fileDigest(file);
  if (found.sha256 === sha256) return { path: file, url: url.href, ...found };
  rmSync(file, { force: true });
  return undefined;
}

function entryPath(cache: string, url: URL): string {
  return path.join(cache, 'addresses', `${createHash('sha256').update(url.href).digest('hex')}.json`);
}

/** Nothing where there is none, or one that cannot be read: the file is then fetched again. */
function readEntry(file: string): z.infer<typeof entrySchema> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return entrySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
