/**
 * The body of a request, JSON or another type, within a size. Only types that are named are read: a web page of another
 * origin cannot send `application/json` without asking first, so it cannot make a server on this machine work for it.
 */
import type { IncomingMessage } from 'node:http';
import { ApiError, clientGone, invalidRequest } from './api-error.ts';

/**
 * A body that is too large is read on and thrown away, up to so many times the limit: many clients hear an answer only
 * when they have sent all.
 */
const patience = 16;

/** Throws an ApiError of 400, 413 or 415. */
export async function readJsonBody(request: IncomingMessage, mostBytes: number): Promise<unknown> {
  checkType(request, ['application/json']);
  return parseJsonBody(await readBody(request, mostBytes));
}

/** Which of `types` a body is. Throws an ApiError of 415. */
export function checkType<T extends string>({ headers }: IncomingMessage, types: readonly T[]): T {
  const given = headers['content-type'] ?? '';
  const [essence = ''] = given.toLowerCase().split(';');
  const type = types.find((one) => one === essence.trim());
  if (type === undefined) {
    throw unsupported(
      `the body must be ${types.join(' or ')}, not ${given === '' ? 'without a content type' : given}`,
    );
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw unsupported(`the body must not be compressed (${encoding})`);
  return type;
}

/** The bytes of a body. Throws an ApiError of 413 where there are too many. */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const told = Number(request.headers['content-length'] ?? 0);
  if (told > mostBytes * patience) throw tooLarge(mostBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Leaving early must not destroy the connection: the answer goes over it.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else if (bytes > mostBytes * patience) break;
    }
  } catch {
    throw clientGone();
  }
  if (bytes > mostBytes) throw tooLarge(mostBytes);
  return Buffer.concat(chunks);
}

/** Throws an ApiError of 400. */
export function parseJsonBody(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidRequest(undefined, 'the body is no UTF-8', 'invalid_json');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidRequest(undefined, `the body is no JSON: ${reason}`, 'invalid_json');
  }
}

function unsupported(message: string): ApiError {
  return new ApiError(message, {
    status: 415,
    type: 'invalid_request_error',
    code: 'unsupported_media_type',
  });
}

function tooLarge(mostBytes: number): ApiError {
  return new ApiError(`the body is larger than the ${mostBytes} bytes that this server reads`, {
    status: 413,
    type: 'invalid_request_error',
    code: 'request_too_large',
    // The rest of the body is not read, so the connection cannot be used again.
    headers: { connection: 'close' },
  });
}
