/**
 * Data sets of the Hugging Face hub: a revision is resolved to a commit, the commit's files are listed, and those of
 * the split are fetched at that commit, each compared with the checksum that the hub keeps of it. What a commit
 * lists never changes, so it is remembered; a name such as `main` is asked again whenever the hub can be reached.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { sha256Schema } from '../file-digest.ts';
import type { AnswerBody } from './answer-body.ts';
import { type CachedFile, fetchFile } from './file-cache.ts';
import { type GetOptions, httpGet, reasonOf } from './http-get.ts';
import { cardSchema, splitsOf } from './hub-splits.ts';
import { RemoteError } from './remote-error.ts';

export interface HubRequest extends Pick<GetOptions, 'environment' | 'signal' | 'idleMilliseconds'> {
  /** OWNER/NAME. */
  readonly dataSet: string;
  /** A commit, branch or tag; `main` if not given. */
  readonly revision: string | undefined;
  /** May be left out where there is one split only. */
  readonly split: string | undefined;
  readonly cache: string;
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

const infoSchema = z.object({
  sha: z.string().regex(/^[\da-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().optional(),
      lfs: z.object({ sha256: sha256Schema.optional(), size: z.number().optional() }).nullish(),
    }),
  ),
  // A card of a form that is not known says nothing; the names of the files then do.
  cardData: cardSchema.optional().catch(undefined),
});
type Info = z.infer<typeof infoSchema>;

/** Throws a RemoteError. */
export async function fetchFromHub(request: HubRequest): Promise<HubFiles> {
  const { info, isFromMemory } = await infoOf(request);
  const splits = splitsOf(
    info.siblings.map(({ rfilename }) => rfilename),
    info.cardData,
  );
  const names = [...splits.keys()];
  const split = request.split ?? (names.length === 1 ? names[0] : undefined);
  const listed = split === undefined ? undefined : splits.get(split);
  if (split === undefined || listed === undefined) {
    const what = request.split === undefined ? 'name one of its splits' : `it has no split ${request.split}`;
    const known = names.length === 0 ? 'no file of it can be read' : `there are ${names.join(', ')}`;
    throw new RemoteError('not-the-file', `hub:${request.dataSet}: ${what}; ${known}`);
  }
  const dataSetPath = request.dataSet.split('/');
  const files: CachedFile[] = [];
  for (const name of listed) {
    const { lfs, size } = info.siblings.find(({ rfilename }) => rfilename === name) ?? {};
    const bytes = lfs?.size ?? size;
    files.push(
      await fetchFile({
        ...request,
        url: addressOf(request, 'datasets', ...dataSetPath, 'resolve', info.sha, ...name.split('/')),
        token: tokenOf(request),
        expected: {
          ...(lfs?.sha256 === undefined ? {} : { sha256: lfs.sha256 }),
          ...(bytes === undefined ? {} : { bytes }),
        },
        name: () => name,
      }),
    );
  }
  const licence = info.cardData?.license;
  return { revision: info.sha, split, files, licence: licence && [licence].flat().join(', '), isFromMemory };
}

async function infoOf(request: HubRequest): Promise<{ readonly info: Info; readonly isFromMemory: boolean }> {
  const revision = request.revision ?? 'main';
  const isCommit = /^[\da-f]{40}$/.test(revision);
  const placeOf = (name: string): string =>
    path.join(request.cache, 'hub', request.dataSet, `${encodeURIComponent(name)}.json`);
  const remembered = placeOf(revision);
  if (isCommit) {
    const info = recall(remembered);
    if (info !== undefined) return { info, isFromMemory: false };
  }
  try {
    const info = await askForInfo(request, revision);
    mkdirSync(path.dirname(remembered), { recursive: true });
    for (const place of new Set([remembered, placeOf(info.sha)])) {
      await writeFileAtomic(place, `${JSON.stringify(info)}\n`);
    }
    return { info, isFromMemory: false };
  } catch (error) {
    const isOffline = error instanceof RemoteError && error.kind === 'unreachable';
    const info = isOffline ? recall(remembered) : undefined;
    if (info === undefined) throw error;
    return { info, isFromMemory: true };
  }
}

async function askForInfo(request: HubRequest, revision: string): Promise<Info> {
  const url = addressOf(request, 'api', 'datasets', ...request.dataSet.split('/'), 'revision', revision);
  url.searchParams.set('blobs', 'true');
  const { body, status } = await httpGet(url, { ...request, token: tokenOf(request), isChecked: false });
  const text = await textOf(url, body);
  if (status !== 200) {
    const hint =
      status === 401 || status === 403 || status === 404
        ? '; there is no such data set or revision, or it needs leave to be read (set HF_TOKEN)'
        : '';
    throw new RemoteError(
      'status',
      `hub:${request.dataSet}: the hub answers ${status} to ${url.href}${hint}`,
      { status },
    );
  }
  const parsed = z
    .string()
    .transform((json, context) => {
      try {
        return JSON.parse(json) as unknown;
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(infoSchema)
    .safeParse(text);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const fault = `${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'not valid'}`;
  throw new RemoteError(
    'not-the-file',
    `${url.href}: it is not the hub's description of a data set (${fault})`,
  );
}

async function textOf(url: URL, body: AnswerBody): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const { cause } = body;
  if (cause === undefined) return Buffer.concat(chunks).toString('utf8');
  throw new RemoteError('broken', `${url.href}: the connection broke (${reasonOf(cause)})`, { cause });
}

function recall(file: string): Info | undefined {
  try {
    return infoSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** `HF_ENDPOINT` names another server with the hub's interface, as it does for the hub's own client. */
function addressOf({ environment }: HubRequest, ...segments: readonly string[]): URL {
  const endpoint = (environment.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  return new URL(`${endpoint}/${segments.map(encodeURIComponent).join('/')}`);
}

function tokenOf({ environment }: HubRequest): string | undefined {
  return environment.HF_TOKEN || undefined;
}
