/**
 * Why the hub does not give something out, and what mends it. It answers 401 alike for what is not there and for what
 * may not be seen, so that nobody learns what exists; a header says more of other refusals.
 */
import { type HubRepository, hubPage } from './hub-info.ts';
import { hubToken } from './hub-token.ts';
import { RemoteError } from './remote-error.ts';

export interface HubStatus {
  readonly url: URL;
  readonly status: number;
  /** The hub's own name of the error (`x-error-code`). */
  readonly code: string | readonly string[] | undefined;
}

export function hubRefusal(repository: HubRepository, { url, status, code }: HubStatus): RemoteError {
  const hint = hintOf(repository, status, [code ?? ''].flat().join());
  const message = `hub:${repository.id}: the hub answers ${status} to ${url.href}${hint === '' ? '' : `; ${hint}`}`;
  return new RemoteError('status', message, { status });
}

function hintOf(repository: HubRepository, status: number, code: string): string {
  const { kind, revision = 'main', environment } = repository;
  const token = hubToken(environment, { anyForm: true });
  const page = hubPage(repository).href;
  if (code === 'RevisionNotFound') return `it has no revision ${revision}`;
  if (code === 'EntryNotFound') return 'there is no such file at this commit';
  if (status === 403 || code === 'GatedRepo') {
    const who =
      token === undefined
        ? 'set HF_TOKEN to a token of an account that may read it'
        : 'the account of the token may not read it';
    return `${who}. If it is gated, accept its terms at ${page}, with a token that may read gated repositories`;
  }
  if (status === 401 && token !== undefined)
    return `there is no such ${kind}, or the token of ${token.from} is not accepted`;
  if (status === 401 || status === 404)
    return `there is no such ${kind} or revision, or it needs leave to be read (set HF_TOKEN)`;
  return status >= 500 || status === 429 ? 'try again later' : '';
}
