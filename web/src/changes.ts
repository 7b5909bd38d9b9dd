/**
 * Changes of runs as the server tells them, over one connection for the whole app. It is closed while the page is hidden, and
 * made again when the runs that are looked at are others. A static site has none.
 */
import { isStaticSite } from './static.ts';

type Listener = () => void;

const listeners = new Map<string, Set<Listener>>();
let source: EventSource | undefined;
let watched = '';
let isPlanned = false;
const seen = new Map<string, string>();

/** Calls `listener` after each change of the run; returns what ends it. */
export function onChange(run: string, listener: Listener): () => void {
  const own = listeners.get(run) ?? new Set();
  listeners.set(run, own);
  own.add(listener);
  plan();
  return () => {
    own.delete(listener);
    if (own.size === 0) listeners.delete(run);
    plan();
  };
}

// What mounts and unmounts in one turn is one change of the connection.
function plan(): void {
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(() => {
    isPlanned = false;
    connect();
  }, 50);
}

function connect(): void {
  const runs = document.visibilityState === 'hidden' ? [] : [...listeners.keys()].sort();
  const wanted = runs.join(',');
  if (wanted === watched) return;
  watched = wanted;
  source?.close();
  source = undefined;
  if (runs.length === 0 || isStaticSite()) return;
  source = new EventSource(`api/changes?runs=${wanted}`);
  source.addEventListener('change', (event: MessageEvent<string>) => {
    const changed = JSON.parse(event.data) as Record<string, string>;
    for (const [run, revision] of Object.entries(changed)) {
      // The first of a run counts: it may have changed since it was asked for. Asking again for the same costs next to nothing.
      if (seen.get(run) === revision) continue;
      seen.set(run, revision);
      for (const listener of listeners.get(run) ?? []) listener();
    }
  });
}

document.addEventListener('visibilitychange', plan);
