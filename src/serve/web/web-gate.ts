/**
 * Who may ask the web app: on loopback whoever comes to a name for loopback; elsewhere whoever has the token, once in the
 * address (`/?token=…`, as the command prints it) and from then on in a cookie that no script can read. Pages of other origins may
 * not ask at all.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { ApiError } from '../api-error.ts';
import { Gate } from '../gate.ts';

const cookie = 'qed-token';

export class WebGate {
  readonly #gate: Gate;
  readonly #token: string | undefined;

  constructor({ host, token }: { readonly host: string; readonly token?: string | undefined }) {
    this.#gate = new Gate({ host, origins: [] });
    this.#token = token;
  }

  /** Undefined lets the request pass; a response is the answer to it. Throws an ApiError of 401 or 403. */
  check(context: Context): Response | undefined {
    const { host, origin, ...headers } = context.req.header();
    const isOwn = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
    this.#gate.checkSource({ headers: { ...headers, host, ...(isOwn ? {} : { origin }) } });
    // A page of another origin on the same machine can send forms and images without an origin that is told.
    if (
      context.req.header('sec-fetch-site') === 'cross-site' &&
      context.req.header('sec-fetch-mode') !== 'navigate'
    ) {
      throw refused(403, 'pages of other origins may not ask', 'origin_not_allowed');
    }
    return this.#token === undefined ? undefined : this.#checkToken(context, this.#token);
  }

  #checkToken(context: Context, token: string): Response | undefined {
    const given = context.req.query('token');
    if (given !== undefined && isSame(given, token)) {
      setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
      return context.redirect(context.req.path, 303);
    }
    const bearer = /^Bearer +(.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const known = getCookie(context, cookie) ?? bearer;
    if (known !== undefined && isSame(known, token)) return undefined;
    throw refused(401, 'open the address with the token that the command printed', 'no_token');
  }
}

function refused(status: number, message: string, code: string): ApiError {
  return new ApiError(message, { status, type: 'permission_error', code });
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
