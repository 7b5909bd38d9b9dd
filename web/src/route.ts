/**
 * Addresses of pages: `#/runs/NAME/rollouts/3`. They are part of the fragment, so that a static site in any folder has
 * them too and every page can be linked to.
 */
import { useEffect, useState } from 'preact/hooks';

/** Values of the names in a pattern such as `runs/:run/rollouts/:step`; undefined where the address is another. */
export function matchRoute(pattern: string, address: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), address.split('/')];
  if (wanted.length !== given.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) names[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return names;
}

/** The address of now without `#/`, and the questions behind it (`?stage=rl`). */
export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

export function addressOf(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return { path, query: new URLSearchParams(query) };
}

export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return addressOf(hash);
}

/** A link to a page; parts are escaped. */
export function linkTo(...parts: readonly (string | number)[]): string {
  return `#/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

/** Changes what stands behind the question mark without a new entry in the history. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const { path, query } = addressOf(location.hash);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, '', `#/${path}${text === '' ? '' : `?${text}`}`);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
