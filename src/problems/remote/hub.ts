/**
 * Data sets of the Hugging Face hub: a revision is resolved to a commit, the commit's files are listed, and those of
 * the split are fetched at that commit, each compared with the checksum that the hub keeps of it.
 */
import type { CachedFile } from './file-cache.ts';
import { fetchHubFile } from './hub-file.ts';
import { type HubRepository, hubInfo } from './hub-info.ts';
import { splitsOf } from './hub-splits.ts';
import { RemoteError } from './remote-error.ts';

export interface HubRequest extends Omit<HubRepository, 'kind' | 'id'> {
  /** OWNER/NAME. */
  readonly dataSet: string;
  /** May be left out where there is one split only. */
  readonly split: string | undefined;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

export interface HubFiles {
  /** The commit. */
  readonly revision: string;
  readonly split: string;
  readonly files: readonly CachedFile[];
  /** Said by the data set's card. */
  readonly licence: string | undefined;
  /** Whether the hub could not be asked what the revision is now. */
  readonly isFromMemory: boolean;
}

/** Throws a RemoteError. */
export async function fetchFromHub(request: HubRequest): Promise<HubFiles> {
  const { dataSet, split: asked, onProgress, ...rest } = request;
  const repository: HubRepository = { ...rest, kind: 'data set', id: dataSet };
  const { info, isFromMemory } = await hubInfo(repository);
  const splits = splitsOf(
    info.siblings.map(({ rfilename }) => rfilename),
    info.cardData,
  );
  const names = [...splits.keys()];
  const split = asked ?? (names.length === 1 ? names[0] : undefined);
  const listed = split === undefined ? undefined : splits.get(split);
  if (split === undefined || listed === undefined) {
    const what = asked === undefined ? 'name one of its splits' : `it has no split ${asked}`;
    const known = names.length === 0 ? 'no file of it can be read' : `there are ${names.join(', ')}`;
    throw new RemoteError('not-the-file', `hub:${dataSet}: ${what}; ${known}`);
  }
  const files: CachedFile[] = [];
  for (const name of listed) {
    const file = info.siblings.find(({ rfilename }) => rfilename === name) ?? { rfilename: name };
    files.push(await fetchHubFile({ repository, commit: info.sha, file, onProgress }));
  }
  const licence = info.cardData?.license;
  return { revision: info.sha, split, files, licence: licence && [licence].flat().join(', '), isFromMemory };
}
