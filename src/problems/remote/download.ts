/**
 * Downloads a file whole or not at all. A connection that breaks is taken up where it broke, in this call or a later
 * one, as long as the server says that the file is still the same. What is not the file (a page of a proxy, a
 * pointer, other bytes than expected) is refused, and nothing of it is kept.
 */

import { open } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { nodeFileLayer } from '../../journal/file-layer.ts';
import { type FileDigest, fileDigest } from '../file-digest.ts';
import type { AnswerBody } from './answer-body.ts';
import { type Answer, type GetOptions, httpGet, reasonOf } from './http-get.ts';
import { beginPartial, claimPartial, discardPartial, type PartialFile } from './partial-file.ts';
import { RemoteError } from './remote-error.ts';

export interface DownloadRequest extends Omit<GetOptions, 'isChecked' | 'headers'> {
  readonly url: URL;
  /** Where what is not whole yet lies. */
  readonly directory: string;
  /** What the file must be, as far as that is known. */
  readonly expected: Partial<FileDigest>;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  /** For tests: bytes after which a break begins a new row of them. */
  readonly rowBytes?: number | undefined;
}

export interface Downloaded extends FileDigest {
  /** A file in `directory` that the caller moves away, and then calls `release`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly release: () => void;
}

/** How often in a row a broken answer is taken up, each time with more bytes than before. */
const mostContinuations = 5;
/** So many bytes since the last break, and it is none of a row: a large file meets many. */
const defaultRowBytes = 1 << 24;

/** Throws a RemoteError, or the signal's reason when aborted. */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const { url, directory, expected, rowBytes = defaultRowBytes } = request;
  const isChecked = expected.sha256 !== undefined;
  let partial = claimPartial(directory, url, isChecked) ?? beginPartial(directory, url, undefined);
  for (let continuations = 0; ; continuations += 1) {
    const { bytes } = partial;
    const outcome = await receive(request, partial);
    partial = outcome.partial;
    if (outcome.kind === 'broken') {
      // Without a tag or a checksum nothing would tell the rest of this file from that of another.
      const canGoOn = partial.bytes > 0 && (partial.etag !== undefined || isChecked);
      if (partial.bytes - bytes >= rowBytes) continuations = 0;
      if (canGoOn && partial.bytes > bytes && continuations < mostContinuations) continue;
      throw givenUp(request, partial, canGoOn, outcome.cause);
    }
    await nodeFileLayer.sync(partial.path, 'file');
    const found = await fileDigest(partial.path);
    if (matches(found, expected)) {
      return { ...found, path: partial.path, headers: outcome.headers, release: partial.release };
    }
    discardPartial(partial);
    if (!outcome.wasContinued) throw otherBytes(url, found, expected);
    // What an earlier process left may be of another file; the whole is asked for once more.
    partial = beginPartial(directory, url, undefined);
  }
}

type Outcome =
  | {
      readonly kind: 'whole';
      readonly partial: PartialFile;
      readonly headers: IncomingHttpHeaders;
      readonly wasContinued: boolean;
    }
  | { readonly kind: 'broken'; readonly partial: PartialFile; readonly cause: unknown };

async function receive(request: DownloadRequest, before: PartialFile): Promise<Outcome> {
  let partial = before;
  try {
    const answer = await askFrom(request, partial);
    const wasContinued = answer.status === 206;
    const { headers } = answer;
    if (!wasContinued) {
      await checkAnswer(request.url, answer);
      discardPartial(partial);
      partial = beginPartial(request.directory, request.url, headers.etag);
    }
    const broken = await append(request, answer, partial);
    partial = { ...partial, bytes: partial.bytes + broken.received };
    if (broken.cause !== undefined) return { kind: 'broken', partial, cause: broken.cause };
    return { kind: 'whole', partial, headers, wasContinued };
  } catch (error) {
    if ((isPassing(error) && partial.bytes > 0) || request.signal?.aborted === true) partial.release();
    else discardPartial(partial);
    throw error;
  }
}

/** Without a connection, or where the server refuses for now or for want of a token, what has come may serve later. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false;
  const { kind, status = 0 } = error;
  return (
    kind === 'unreachable' || (kind === 'status' && (status >= 500 || [401, 403, 408, 429].includes(status)))
  );
}

/** An answer to the rest of the file (206) or to the whole. */
async function askFrom(request: DownloadRequest, partial: PartialFile): Promise<Answer> {
  const { url, expected, ...options } = request;
  const isChecked = expected.sha256 !== undefined;
  if (partial.bytes === 0) return await httpGet(url, { ...options, isChecked });
  const headers = {
    range: `bytes=${partial.bytes}-`,
    ...(partial.etag === undefined ? {} : { 'if-range': partial.etag }),
  };
  const answer = await httpGet(url, { ...options, isChecked, headers });
  const begins = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  if (answer.status === 206 && Number(begins) === partial.bytes) return answer;
  if (answer.status !== 206 && answer.status !== 416) return answer;
  answer.body.discard();
  return await httpGet(url, { ...options, isChecked });
}

async function checkAnswer(url: URL, { headers, body, status }: Answer): Promise<void> {
  if (status !== 200) {
    const text = await beginningOf(body);
    const hint =
      status === 401 || status === 403
        ? '; it needs leave to be read (for the hub, set HF_TOKEN)'
        : status === 404
          ? '; there is no such file'
          : '';
    const code = [headers['x-error-code'] ?? []].flat()[0];
    throw new RemoteError('status', `${url.href}: the server answers ${status}${hint}${text}`, {
      status,
      code,
    });
  }
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    body.discard();
    const message = `${url.href}: it comes encoded as ${headers['content-encoding']}, which was not asked for`;
    throw new RemoteError('not-the-file', message);
  }
  if (/^text\/html\b/i.test(headers['content-type'] ?? '')) {
    body.discard();
    throw aPage(url);
  }
}

/** What an error's body says, where it is short text. */
async function beginningOf(body: AnswerBody): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.length > 300) break;
  }
  body.discard();
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  return line === '' || line.startsWith('<') ? '' : ` (${line})`;
}

/** Appends what comes to the file. A break is no exception here, since the file may go on from it. */
async function append(
  { url, expected, onProgress }: DownloadRequest,
  { headers, body }: Answer,
  partial: PartialFile,
): Promise<{ readonly received: number; readonly cause?: unknown }> {
  const length = headers['content-length'];
  const total = length === undefined ? expected.bytes : partial.bytes + Number(length);
  const handle = await open(partial.path, 'a');
  let received = 0;
  try {
    for await (const chunk of body) {
      if (partial.bytes + received === 0) checkBeginning(url, chunk);
      await handle.writeFile(chunk);
      received += chunk.length;
      onProgress?.(partial.bytes + received, total);
    }
  } finally {
    body.discard();
    await handle.close();
  }
  return body.cause === undefined ? { received } : { received, cause: body.cause };
}

function checkBeginning(url: URL, chunk: Uint8Array): void {
  const text = Buffer.from(chunk.subarray(0, 200)).toString('latin1').trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) throw aPage(url);
  if (text.startsWith('version https://git-lfs.github.com/spec')) {
    const message = `${url.href}: a pointer of Git LFS comes instead of the file; take the address of the file itself`;
    throw new RemoteError('not-the-file', message);
  }
}

function aPage(url: URL): RemoteError {
  const message = `${url.href}: a web page comes instead of the file; is there a login or a proxy between?`;
  return new RemoteError('not-the-file', message);
}

function matches(found: FileDigest, { sha256, bytes }: Partial<FileDigest>): boolean {
  if (sha256 !== undefined) return found.sha256 === sha256;
  return bytes === undefined || found.bytes === bytes;
}

function otherBytes(url: URL, found: FileDigest, expected: Partial<FileDigest>): RemoteError {
  const difference =
    expected.sha256 === undefined
      ? `it has ${found.bytes} bytes, where ${expected.bytes} were announced`
      : `its SHA-256 is ${found.sha256}, not ${expected.sha256}`;
  return new RemoteError('checksum', `${url.href}: ${difference}; nothing of it is kept`);
}

function givenUp(
  { url, signal }: DownloadRequest,
  partial: PartialFile,
  canGoOn: boolean,
  cause: unknown,
): unknown {
  if (canGoOn) partial.release();
  else discardPartial(partial);
  if (signal?.aborted === true) return signal.reason;
  const kept = canGoOn ? '; what has come is kept, and the next try goes on from there' : '';
  return new RemoteError(
    'broken',
    `${url.href}: the connection broke after ${partial.bytes} bytes (${reasonOf(cause)})${kept}`,
    { cause },
  );
}
