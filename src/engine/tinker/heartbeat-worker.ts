/**
 * Sends a session's heartbeats from a thread of its own, so that a main thread that computes or collects garbage does not
 * lose the session, and with it the models and their optimisers. Ends when it is told to, or when the session is over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

export interface HeartbeatSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sessionId: string;
  /** Milliseconds between two heartbeats. */
  readonly interval: number;
  /** Milliseconds that one may take. */
  readonly timeout: number;
  /** Milliseconds without an accepted one after which the owner is told. */
  readonly patience: number;
}

/** What the owner is told: the session is over, or nothing was accepted for a while and then again. */
export type HeartbeatNews =
  | { readonly kind: 'lost'; readonly status: number }
  | { readonly kind: 'silent'; readonly reason: string }
  | { readonly kind: 'heard' };

async function beat({
  url,
  headers,
  sessionId,
  interval,
  timeout,
  patience,
}: HeartbeatSettings): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('heartbeats come from a worker thread');
  const stop = new AbortController();
  port.on('message', () => stop.abort());
  let accepted = performance.now();
  let isSilent = false;
  const tell = (news: HeartbeatNews) => port.postMessage(news);
  while (!stop.signal.aborted) {
    let reason = '';
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ session_id: sessionId, type: 'session_heartbeat' }),
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(timeout)]),
      });
      await response.arrayBuffer();
      if (response.status === 404 || response.status === 410) {
        tell({ kind: 'lost', status: response.status });
        break;
      }
      if (!response.ok) reason = `status ${response.status}`;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const now = performance.now();
    if (reason === '') {
      if (isSilent) tell({ kind: 'heard' });
      isSilent = false;
      accepted = now;
    } else if (!isSilent && now - accepted > patience) {
      isSilent = true;
      tell({ kind: 'silent', reason });
    }
    // After a failure the next one comes sooner: the server counts the time since the last that it accepted.
    await sleep(reason === '' ? interval : interval / 5, undefined, { signal: stop.signal }).catch(() => {});
  }
  port.close();
}

await beat(workerData as HeartbeatSettings);
