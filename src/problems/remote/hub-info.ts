/**
 * What a revision of a repository on the Hugging Face hub is: its commit and that commit's files with their checksums.
 * What a commit lists never changes, so it is remembered; a name such as `main` is asked again whenever the hub can be
 * reached.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { sha256Schema } from '../file-digest.ts';
import type { AnswerBody } from './answer-body.ts';
import { type GetOptions, httpGet, reasonOf } from './http-get.ts';
import { hubRefusal } from './hub-refusal.ts';
import { cardSchema } from './hub-splits.ts';
import { hubToken } from './hub-token.ts';
import { RemoteError } from './remote-error.ts';

export type HubRepositoryKind = 'data set' | 'model';

export interface HubRepository extends Pick<GetOptions, 'environment' | 'signal' | 'idleMilliseconds'> {
  readonly kind: HubRepositoryKind;
  /** OWNER/NAME. */
  readonly id: string;
  /** A commit, branch or tag; `main` if not given. */
  readonly revision: string | undefined;
  /** Where what the hub said is remembered. */
  readonly cache: string;
}

const infoSchema = z.object({
  sha: z.string().regex(/^[\da-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().optional(),
      /** Git's id of the file; of a large file, of its pointer. */
      blobId: z.string().optional(),
      lfs: z.object({ sha256: sha256Schema.optional(), size: z.number().optional() }).nullish(),
    }),
  ),
  // A card of a form that is not known says nothing; the names of the files then do.
  cardData: cardSchema.optional().catch(undefined),
});
export type HubInfo = z.infer<typeof infoSchema>;
export type HubSibling = HubInfo['siblings'][number];

export interface HubAnswer {
  readonly info: HubInfo;
  /** Whether the hub could not be asked what the revision is now. */
  readonly isFromMemory: boolean;
}

/** Throws a RemoteError. */
export async function hubInfo(repository: HubRepository): Promise<HubAnswer> {
  const revision = repository.revision ?? 'main';
  const isCommit = /^[\da-f]{40}$/.test(revision);
  const remembered = memoryOf(repository, revision);
  if (isCommit) {
    const info = recall(remembered);
    if (info !== undefined) return { info, isFromMemory: false };
  }
  try {
    const info = await askForInfo(repository, revision);
    mkdirSync(path.dirname(remembered), { recursive: true });
    for (const place of new Set([remembered, memoryOf(repository, info.sha)])) {
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

/** The API's and the addresses' word for a kind; models have none in addresses. */
const collections = { 'data set': 'datasets', model: 'models' } as const;

/** Of a file at a commit. */
export function hubFileAddress({ kind, id, environment }: HubRepository, commit: string, name: string): URL {
  const collection = kind === 'model' ? [] : [collections[kind]];
  return addressOf(environment, ...collection, ...id.split('/'), 'resolve', commit, ...name.split('/'));
}

/** Of what people read about it. */
export function hubPage({ kind, id, environment }: HubRepository): URL {
  const collection = kind === 'model' ? [] : [collections[kind]];
  return addressOf(environment, ...collection, ...id.split('/'));
}

function memoryOf({ kind, id, cache }: HubRepository, revision: string): string {
  const folder = kind === 'model' ? 'hub-models' : 'hub';
  return path.join(cache, folder, id, `${encodeURIComponent(revision)}.json`);
}

async function askForInfo(repository: HubRepository, revision: string): Promise<HubInfo> {
  const { kind, id, environment } = repository;
  const url = addressOf(environment, 'api', collections[kind], ...id.split('/'), 'revision', revision);
  url.searchParams.set('blobs', 'true');
  if (isOffline(environment))
    throw new RemoteError('unreachable', `hub:${id}: HF_HUB_OFFLINE is set, so the hub is not asked`);
  const token = hubToken(environment, { anyForm: true })?.token;
  const { body, status, headers } = await httpGet(url, { ...repository, token, isChecked: false });
  const text = await textOf(url, body);
  if (status !== 200) throw hubRefusal(repository, { url, status, code: headers['x-error-code'] });
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
    `${url.href}: it is not the hub's description of a ${kind} (${fault})`,
  );
}

/** Said by the variable of the hub's own tools. */
function isOffline({ HF_HUB_OFFLINE: said = '' }: HubRepository['environment']): boolean {
  return ['1', 'true', 'yes', 'on'].includes(said.toLowerCase());
}

async function textOf(url: URL, body: AnswerBody): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const { cause } = body;
  if (cause === undefined) return Buffer.concat(chunks).toString('utf8');
  throw new RemoteError('broken', `${url.href}: the connection broke (${reasonOf(cause)})`, { cause });
}

function recall(file: string): HubInfo | undefined {
  try {
    return infoSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** `HF_ENDPOINT` names another server with the hub's interface, as it does for the hub's own client. */
function addressOf(environment: HubRepository['environment'], ...segments: readonly string[]): URL {
  const endpoint = (environment.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  return new URL(`${endpoint}/${segments.map(encodeURIComponent).join('/')}`);
}
