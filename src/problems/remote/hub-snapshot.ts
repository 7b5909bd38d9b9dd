/**
 * The cache of the hub's own tools (`hf download`, transformers): `models--OWNER--NAME/snapshots/COMMIT/FILE`, links to
 * `blobs/` by checksum, with `refs/` saying what a branch was. It is read and never written.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { hubCacheHome } from './hub-home.ts';
import type { HubInfo, HubRepository, HubSibling } from './hub-info.ts';

/** The file itself, past links; undefined where it is not there. */
export function cachedByHubTools(
  repository: HubRepository,
  commit: string,
  name: string,
): string | undefined {
  try {
    const file = realpathSync(path.join(directoryOf(repository), 'snapshots', commit, ...name.split('/')));
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a snapshot there holds, as the hub would list it; the checksums are the names of the blobs. It may be a part of
 * the commit's files, so it serves only where something else says what belongs together.
 */
export function snapshotInfo(repository: HubRepository): HubInfo | undefined {
  const revision = repository.revision ?? 'main';
  const directory = directoryOf(repository);
  try {
    const sha = /^[\da-f]{40}$/.test(revision)
      ? revision
      : readFileSync(path.join(directory, 'refs', ...revision.split('/')), 'utf8').trim();
    if (!/^[\da-f]{40}$/.test(sha)) return undefined;
    const siblings = readdirSync(path.join(directory, 'snapshots', sha)).flatMap(
      (rfilename): HubSibling[] => {
        const file = cachedByHubTools(repository, sha, rfilename);
        if (file === undefined) return [];
        const { size } = statSync(file);
        const blob = path.basename(file);
        if (/^[\da-f]{64}$/.test(blob)) return [{ rfilename, size, lfs: { sha256: blob, size } }];
        return [{ rfilename, size, ...(/^[\da-f]{40}$/.test(blob) ? { blobId: blob } : {}) }];
      },
    );
    return { sha, siblings };
  } catch {
    return undefined;
  }
}

function directoryOf({ kind, id, environment }: HubRepository): string {
  const collection = kind === 'model' ? 'models' : 'datasets';
  return path.join(hubCacheHome(environment), [collection, ...id.split('/')].join('--'));
}
