/**
 * Pushes a folder to the hub: the repository is made if it is not there, large files go to its storage first, and one commit
 * shows all of them at once. Broken anywhere before the commit, nothing is visible, and the same call goes on: what the storage
 * has it does not take again. In the end the hub's list of files is compared with the folder.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { commitIter, createRepo, HubApiError, listFiles } from '@huggingface/hub';
import type { HubPlace } from '../problems/remote/hub-place.ts';
import type { CardKind } from './card-head.ts';
import { type FolderFile, folderFiles } from './folder-files.ts';
import { connectionFault, type Patience, patientFetch } from './patient-fetch.ts';

export interface PushOptions {
  readonly folder: string;
  readonly kind: CardKind;
  readonly place: HubPlace;
  readonly token: string;
  /** Where the token comes from, for messages. */
  readonly tokenFrom: string;
  /** The hub, or another server with its interface (`HF_ENDPOINT`). */
  readonly endpoint: string;
  readonly isPrivate: boolean;
  readonly title: string;
  readonly patience?: Patience;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface Pushed {
  readonly url: string;
  /** Undefined where everything was there already. */
  readonly commit: string | undefined;
  readonly files: number;
  readonly removed: readonly string[];
  /** Files that were there with other bytes, such as a card that somebody has edited since. */
  readonly replaced: readonly string[];
}

/** Why a push did not happen, with what to do, and what is visible on the hub: nothing, or it says otherwise. */
export class PushError extends Error {
  override readonly name = 'PushError';
  readonly status: number | undefined;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly status?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

/** What of an earlier push would be taken for a part of this one: weights in other files, or rows. */
const ours: Readonly<Record<CardKind, RegExp>> = {
  model: /^model[\w-]*\.safetensors(\.index\.json)?$/,
  dataset: /^data\/[\w-]+\.jsonl$/,
};

/** Throws a PushError, or the signal's reason. */
export async function pushFolder(options: PushOptions): Promise<Pushed> {
  const { folder, kind, place, token, endpoint, onProgress, signal } = options;
  const shared = {
    repo: { type: kind, name: place.id },
    accessToken: token,
    hubUrl: endpoint,
    fetch: patientFetch(options.patience ?? {}),
  } as const;
  const url = `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${place.id}`;
  try {
    const files = await folderFiles(folder);
    onProgress?.(`repository ${place.id}`);
    await makeRepository(shared, options.isPrivate);
    signal?.throwIfAborted();
    const before = await listed(shared);
    const removed = [...before.keys()].filter(
      (name) => ours[kind].test(name) && !files.some((file) => file.path === name),
    );
    const isThere = await Promise.all(files.map((file) => isSame(folder, file, before.get(file.path))));
    const replaced = files
      .filter(({ path: name }, index) => before.has(name) && isThere[index] !== true)
      .map(({ path: name }) => name);
    if (removed.length === 0 && isThere.every(Boolean))
      return { url, commit: undefined, files: files.length, removed, replaced };
    let commit: string | undefined;
    const steps = commitIter({
      ...shared,
      title: options.title,
      // Xet would chunk by content; the plain storage is what is tested here, and it knows whole files again.
      useXet: false,
      ...(signal === undefined ? {} : { abortSignal: signal }),
      operations: [
        ...files.map((file) => ({
          ...{ operation: 'addOrUpdate' as const, path: file.path },
          content: pathToFileURL(path.join(folder, file.path)),
        })),
        ...removed.map((name) => ({ operation: 'delete' as const, path: name })),
      ],
    });
    for (;;) {
      const step = await steps.next();
      if (step.done === true) {
        commit = step.value?.commit.oid;
        break;
      }
      const event = step.value;
      if (event.event === 'phase') onProgress?.(phases[event.phase]);
      else onProgress?.(`${event.state} ${event.path} ${Math.floor(event.progress * 100)} %`);
    }
    await compare(folder, files, await listed(shared), place);
    return { url, commit, files: files.length, removed, replaced };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw told(error, options);
  }
}

const phases = {
  preuploading: 'asking how each file goes',
  uploadingLargeFiles: 'large files',
  committing: 'commit',
} as const;

interface Shared {
  readonly repo: { readonly type: CardKind; readonly name: string };
  readonly accessToken: string;
  readonly hubUrl: string;
  readonly fetch: typeof fetch;
}

async function makeRepository(shared: Shared, isPrivate: boolean): Promise<void> {
  try {
    await createRepo({ ...shared, visibility: isPrivate ? 'private' : 'public' });
  } catch (error) {
    // It is there: whether it may be written to, the commit finds out.
    if (error instanceof HubApiError && error.statusCode === 409) return;
    throw error;
  }
}

interface Listed {
  readonly size: number;
  /** Of git's blob, or of the bytes for a file in the large storage. */
  readonly sha1: string;
  readonly sha256: string | undefined;
}

async function listed(shared: Shared): Promise<Map<string, Listed>> {
  const found = new Map<string, Listed>();
  try {
    for await (const { type, path: name, size, oid, lfs } of listFiles({ ...shared, recursive: true }))
      if (type === 'file') found.set(name, { size, sha1: oid ?? '', sha256: lfs?.oid });
  } catch (error) {
    // A repository without a commit has no list.
    if (error instanceof HubApiError && error.statusCode === 404) return found;
    throw error;
  }
  return found;
}

async function isSame(folder: string, file: FolderFile, there: Listed | undefined): Promise<boolean> {
  if (there === undefined) return false;
  if (there.sha256 !== undefined) return there.sha256 === file.sha256;
  if (there.size !== file.bytes) return false;
  const bytes = await readFile(path.join(folder, file.path));
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === there.sha1;
}

async function compare(
  folder: string,
  files: readonly FolderFile[],
  there: ReadonlyMap<string, Listed>,
  place: HubPlace,
): Promise<void> {
  for (const file of files)
    if (!(await isSame(folder, file, there.get(file.path))))
      throw new PushError(
        `hub:${place.id}: the commit was made, but the hub lists ${file.path} with other bytes than were sent; run the same command again`,
      );
}

const invisible = 'Nothing of this push is visible there';

/** What a failure means, in words. The token is in none of the messages. */
function told(error: unknown, { place, endpoint, tokenFrom, kind }: PushOptions): unknown {
  if (error instanceof PushError) return error;
  const at = `hub:${place.id}`;
  if (error instanceof HubApiError) {
    const status = error.statusCode;
    const said = saidBy(error);
    const refuse = (reason: string) => new PushError(`${at}: ${reason}`, { cause: error, status });
    if (status === 401)
      return refuse(
        `the hub does not accept the token from ${tokenFrom}${said}. ${invisible}; make a token with write access`,
      );
    if (status === 403)
      return refuse(
        `the token from ${tokenFrom} may not write there${said}. ${invisible}; give it write access to ${place.owner}, or name a place of your own`,
      );
    if (status === 404)
      return refuse(`the hub knows no ${place.owner} that the token may write for${said}. ${invisible}`);
    if (status === 409 || status === 412)
      return refuse(`somebody else changed it meanwhile${said}. ${invisible}; run the same command again`);
    if (status === 413)
      return refuse(
        `a file or the ${kind} is larger than the hub takes${said}. ${invisible}; ask for more room there, or push less`,
      );
    return refuse(
      `the hub answers ${status}${said}. ${invisible}; the same command goes on with what is missing`,
    );
  }
  if (error instanceof TypeError && error.cause !== undefined)
    return new PushError(
      `${at}: the connection to ${endpoint} failed (${connectionFault(error)}). Only a commit that has arrived whole is visible; the same command finds out, and goes on with what is missing`,
      { cause: error },
    );
  return error;
}

/** What the hub said, on one short line. */
function saidBy({ message }: HubApiError): string {
  const [line = ''] = message.replace(/\. URL: .*$/s, '').split('\n');
  const short = line
    .replaceAll(/hf_\w+/g, 'hf_…')
    .slice(0, 200)
    .trim();
  return short === '' || /^Api error with status/.test(short) ? '' : ` (“${short}”)`;
}
