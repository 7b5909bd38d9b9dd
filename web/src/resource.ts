/**
 * What the server has, typed by its API. Answers are kept and shown at once when a page is opened again; they are asked for
 * anew when the run that they are about changes (`useLive`), at most once a second, and only while the page is looked at.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Api, Names } from '../../src/view/api/api.ts';
import { type Bundle, bundleOf } from '../../src/view/bundle-of.ts';
import { onChange } from './changes.ts';
import { withoutOverrides } from './shown-text.ts';
import { isStaticSite } from './static.ts';

export interface Resource<Value> {
  readonly value: Value | undefined;
  /** The message of the server, or why there is none. */
  readonly error: string | undefined;
  /** Asks again. */
  readonly again: () => void;
}

const known = new Map<string, unknown>();
const mostKnown = 200;
const absent = 'This was not there when the site was exported.';

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Where a resource is. */
export function pathOf<Pattern extends keyof Api>(pattern: Pattern, names: Names<Pattern>): string {
  const values = names as Readonly<Record<string, string>>;
  return `api/${pattern.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? '')}`;
}

export async function fetchResource<Pattern extends keyof Api>(
  pattern: Pattern,
  names: Names<Pattern>,
  { exactly = false }: { readonly exactly?: boolean } = {},
): Promise<Api[Pattern]> {
  return (await fetchJson(pathOf(pattern, names), undefined, exactly)) as Api[Pattern];
}

/** Texts come as they may be shown, see shown-text.ts; `exactly` as they are. Throws an ApiFailure. */
export async function fetchJson(path: string, options?: RequestInit, exactly = false): Promise<unknown> {
  const bundle = isStaticSite() ? bundleOf(path.slice('api/'.length)) : undefined;
  if (bundle !== undefined) return await bundledJson(bundle, path.slice('api/'.length));
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch {
    const served = 'The server does not answer. Is `qed serve` still running?';
    throw new ApiFailure(0, isStaticSite() ? 'The web server of this site does not answer.' : served);
  }
  const text = exactly ? await response.text() : withoutOverrides(await response.text());
  if (isStaticSite()) return exportedJson(response.ok, response.status, text);
  if (response.ok) return JSON.parse(text);
  throw new ApiFailure(response.status, messageOf(text) ?? `The server answered ${response.status}.`);
}

const bundles = new Map<string, Promise<Bundle>>();
const mostBundles = 8;

/** Of a site of files: an answer that shares a file with others. Throws an ApiFailure. */
async function bundledJson(bundle: string, name: string): Promise<unknown> {
  const { answers, parts } = await bundleAt(`api/${bundle}.json`);
  const part = parts[name];
  const found = Object.hasOwn(answers, name)
    ? answers
    : part === undefined
      ? {}
      : (await bundleAt(`api/${bundle}.${part}.json`)).answers;
  if (!Object.hasOwn(found, name)) throw new ApiFailure(404, absent);
  const value = found[name] as { readonly error?: { readonly message?: string } } | null;
  if (typeof value?.error?.message === 'string') throw new ApiFailure(500, value.error.message);
  return value;
}

async function bundleAt(path: string): Promise<Bundle> {
  const known = bundles.get(path) ?? (fetchJson(path) as Promise<Bundle>);
  bundles.delete(path);
  bundles.set(path, known);
  known.catch(() => bundles.delete(path));
  const [oldest] = bundles.keys();
  if (bundles.size > mostBundles && oldest !== undefined) bundles.delete(oldest);
  return await known;
}

/** Of a site of files: an error of the server that made them is a file, too. Throws an ApiFailure. */
function exportedJson(isThere: boolean, status: number, text: string): unknown {
  if (!isThere) throw new ApiFailure(status, absent);
  const message = text.startsWith('{"error":') ? messageOf(text) : undefined;
  if (message !== undefined) throw new ApiFailure(500, message);
  return JSON.parse(text);
}

/** Sends JSON to a route of the API. Throws an ApiFailure. */
export async function post(path: string, body: unknown): Promise<unknown> {
  return await fetchJson(`api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function messageOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: string } };
    return error?.message;
  } catch {
    return undefined;
  }
}

/**
 * `names` undefined: nothing is asked for yet. What has a run in its path is asked for again when
 * the run changes; `everyMilliseconds` asks by the clock, for lists.
 */
export function useResource<Pattern extends keyof Api>(
  pattern: Pattern,
  names: Names<Pattern> | undefined,
  { everyMilliseconds }: { readonly everyMilliseconds?: number } = {},
): Resource<Api[Pattern]> {
  const path = names === undefined ? undefined : pathOf(pattern, names);
  const run = (names as { readonly run?: string } | undefined)?.run;
  const [state, setState] = useState<{ path: string; value?: Api[Pattern]; error?: string } | undefined>();
  const [turn, setTurn] = useState(0);
  const again = (): void => setTurn((before) => before + 1);
  useEffect(() => {
    if (path === undefined) return;
    const control = new AbortController();
    fetchJson(path, { signal: control.signal }).then(
      (value) => {
        remember(path, value);
        setState({ path, value: value as Api[Pattern] });
      },
      (error: unknown) => {
        if (control.signal.aborted) return;
        setState({ path, error: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => control.abort();
  }, [path, turn]);
  useEffect(() => (path === undefined || run === undefined ? undefined : onChange(run, again)), [path, run]);
  useEffect(() => {
    if (everyMilliseconds === undefined || path === undefined || isStaticSite()) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && again(), everyMilliseconds);
    return () => clearInterval(timer);
  }, [path, everyMilliseconds]);
  const own = state?.path === path ? state : undefined;
  const value =
    own?.value ?? (path === undefined ? undefined : (known.get(path) as Api[Pattern] | undefined));
  return { value, error: own?.error, again };
}

function remember(path: string, value: unknown): void {
  known.delete(path);
  known.set(path, value);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
}
