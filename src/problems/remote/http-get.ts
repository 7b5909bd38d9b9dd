/**
 * One GET, redirects followed, whose body the caller reads. What is secret is sent to the first host alone, and a
 * secure address never leads to an insecure one. Proxies are those of the environment (HTTPS_PROXY, NO_PROXY).
 */
import http from 'node:http';
import https from 'node:https';
import { AnswerBody } from './answer-body.ts';
import { RemoteError } from './remote-error.ts';

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a bearer token to the host of the first address, never to another. */
  readonly token?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long nothing may come. */
  readonly idleMilliseconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the bytes are compared with a checksum; without one only a secure address, or this machine, is read. */
  readonly isChecked: boolean;
}

export interface Answer {
  readonly headers: http.IncomingHttpHeaders;
  /** To be read, or to be let go by `discard`. */
  readonly body: AnswerBody;
  readonly status: number;
  /** Where the last redirect led. */
  readonly url: URL;
}

const mostRedirects = 8;
const defaultIdleMilliseconds = 60_000;

/** Any status but a redirect comes back. Throws a RemoteError when there is none, and the signal's reason when aborted. */
export async function httpGet(first: URL, options: GetOptions): Promise<Answer> {
  let url = first;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    checkScheme(url, first, options.isChecked);
    const { status, headers, body } = await ask(url, url.origin === first.origin, options);
    const { location } = headers;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) {
      return { status, headers, body, url };
    }
    body.discard();
    if (!URL.canParse(location, url)) {
      throw new RemoteError('not-the-file', `${first.href}: it leads to ${location}, which is no address`);
    }
    url = new URL(location, url);
  }
  throw new RemoteError('not-the-file', `${first.href}: it leads on and on, over ${mostRedirects} redirects`);
}

/** Throws a RemoteError where `url`, reached from `first`, may not be read. */
export function checkScheme(url: URL, first: URL, isChecked: boolean): void {
  if (url.protocol === 'https:') return;
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const mayBeInsecure = first.protocol === 'http:' && (isHere || isChecked);
  if (url.protocol === 'http:' && mayBeInsecure) return;
  const what = url === first ? 'it' : `it leads to ${url.href}, which`;
  throw new RemoteError(
    'not-the-file',
    `${first.href}: ${what} is not an https:// address; give its SHA-256 to read it`,
  );
}

function ask(url: URL, isFirstHost: boolean, options: GetOptions): Promise<Omit<Answer, 'url'>> {
  const { environment, signal, token, idleMilliseconds = defaultIdleMilliseconds } = options;
  const module = url.protocol === 'https:' ? https : http;
  const authorization = token !== undefined && isFirstHost ? { authorization: `Bearer ${token}` } : {};
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const request = module.request(url, {
      // Nothing is kept alive: a command that has its file ends.
      agent: new module.Agent({ keepAlive: false, proxyEnv: { ...environment } }),
      headers: {
        'user-agent': 'qed',
        accept: '*/*',
        'accept-encoding': 'identity',
        ...options.headers,
        ...authorization,
      },
    });
    const abort = (): void => {
      request.destroy(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    request.on('close', () => signal?.removeEventListener('abort', abort));
    request.setTimeout(idleMilliseconds, () =>
      request.destroy(new Error(`nothing came for ${idleMilliseconds / 1_000} s`)),
    );
    // The body is taken up at once: what comes before somebody listens must not be lost.
    request.on('response', (response) =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: new AnswerBody(response),
      }),
    );
    request.on('error', (cause) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else reject(new RemoteError('unreachable', `${url.href}: ${reasonOf(cause)}`, { cause }));
    });
    request.end();
  });
}

/** Some of Node's errors have an empty message and their reason in a code or in what they gather. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(reasonOf).join('; ');
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return cause.message === '' ? code || 'no connection' : cause.message;
}
