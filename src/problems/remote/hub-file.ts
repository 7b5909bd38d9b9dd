/**
 * A file of a repository on the hub at a commit: from the cache of the hub's own tools where it lies there, else from
 * ours, else from the hub. Whichever, its bytes are those that the hub lists: by SHA-256 for large files, by Git's
 * id for small ones.
 */
import { rmSync } from 'node:fs';
import { type FileDigest, fileDigest } from '../file-digest.ts';
import { type CachedFile, fetchFile } from './file-cache.ts';
import { gitBlobId } from './git-blob-id.ts';
import { type HubRepository, type HubSibling, hubFileAddress } from './hub-info.ts';
import { hubRefusal } from './hub-refusal.ts';
import { cachedByHubTools } from './hub-snapshot.ts';
import { hubToken } from './hub-token.ts';
import { RemoteError } from './remote-error.ts';

export interface HubFileRequest {
  readonly repository: HubRepository;
  readonly commit: string;
  readonly file: HubSibling;
  /** Where it is kept; the repository's own if not given. */
  readonly cache?: string;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

/** Size in bytes, where the hub says it. */
export function hubFileBytes({ lfs, size }: HubSibling): number | undefined {
  return lfs?.size ?? size;
}

/** Throws a RemoteError. */
export async function fetchHubFile(request: HubFileRequest): Promise<CachedFile> {
  const { repository, commit, file, cache = repository.cache, onProgress } = request;
  const { environment } = repository;
  const url = hubFileAddress(repository, commit, file.rfilename);
  const own = cachedByHubTools(repository, commit, file.rfilename);
  if (own !== undefined) {
    const digest = await fileDigest(own);
    if ((await differenceOf(own, digest, file)) === undefined) return { path: own, url: url.href, ...digest };
  }
  const bytes = hubFileBytes(file);
  try {
    const fetched = await fetchFile({
      ...{ cache, url, environment, onProgress },
      ...{ signal: repository.signal, idleMilliseconds: repository.idleMilliseconds },
      token: hubToken(environment, { anyForm: true })?.token,
      expected: {
        ...(file.lfs?.sha256 === undefined ? {} : { sha256: file.lfs.sha256 }),
        ...(bytes === undefined ? {} : { bytes }),
      },
      name: () => file.rfilename,
    });
    const difference = await differenceOf(fetched.path, fetched, file);
    if (difference === undefined) return fetched;
    rmSync(fetched.path, { force: true });
    throw new RemoteError('checksum', `${url.href}: ${difference}; nothing of it is kept`);
  } catch (error) {
    if (error instanceof RemoteError && error.kind === 'status' && error.status !== undefined)
      throw hubRefusal(repository, { url, status: error.status, code: error.code });
    throw error;
  }
}

/** What tells the bytes from those that the hub lists. */
async function differenceOf(path: string, found: FileDigest, file: HubSibling): Promise<string | undefined> {
  const bytes = hubFileBytes(file);
  const { lfs, blobId } = file;
  if (lfs?.sha256 !== undefined)
    return found.sha256 === lfs.sha256 ? undefined : `its SHA-256 is ${found.sha256}, not ${lfs.sha256}`;
  if (bytes !== undefined && found.bytes !== bytes)
    return `it has ${found.bytes} bytes, where ${bytes} were announced`;
  if ((lfs !== undefined && lfs !== null) || blobId === undefined) return undefined;
  const id = await gitBlobId(path, found.bytes);
  return id === blobId ? undefined : `its Git id is ${id}, not ${blobId}`;
}
