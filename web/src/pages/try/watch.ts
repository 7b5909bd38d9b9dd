/** A search as the server tells it: the state at first, then what changes. A connection that breaks is made again. */
import { useEffect, useState } from 'preact/hooks';
import type { TryCall, TryEvent, TryState } from '../../../../src/view/api/try.ts';
import { withoutOverrides } from '../../shown-text.ts';

export interface Watched {
  readonly state: TryState | undefined;
  /** False while the connection is being made again. */
  readonly isLive: boolean;
  readonly isGone: boolean;
}

export function useTry(run: string): Watched {
  const [watched, setWatched] = useState<Watched>({ state: undefined, isLive: false, isGone: false });
  useEffect(() => {
    const source = new EventSource(`api/try/${run}/events`);
    let state: TryState | undefined;
    let isDrawn = true;
    const draw = (): void => {
      isDrawn = true;
      setWatched({ state, isLive: true, isGone: false });
    };
    source.addEventListener('try', ({ data }: MessageEvent<string>) => {
      state = after(state, JSON.parse(withoutOverrides(data)) as TryEvent);
      if (state?.end != null) source.close();
      // Texts come often; the page is drawn once a frame.
      if (isDrawn) requestAnimationFrame(draw);
      isDrawn = false;
    });
    source.addEventListener('error', () => {
      if (state?.end != null) return;
      const isGone = source.readyState === EventSource.CLOSED;
      setWatched((before) => ({ ...before, isLive: false, isGone: isGone && before.state === undefined }));
    });
    return () => source.close();
  }, [run]);
  return watched;
}

export function after(state: TryState | undefined, event: TryEvent): TryState | undefined {
  if (event.kind === 'state') return event.state;
  if (state === undefined) return undefined;
  switch (event.kind) {
    case 'phase':
      return { ...state, phase: event.phase };
    case 'call':
      return { ...state, calls: withCall(state.calls, event.call) };
    case 'text':
      return {
        ...state,
        calls: state.calls.map((call) =>
          call.label === event.label && call.attempt === event.attempt ? withText(call, event) : call,
        ),
      };
    case 'best':
      return { ...state, best: state.best.map((best, at) => (at === event.attempt ? event.best : best)) };
    case 'spent':
      return { ...state, spent: event.spent };
    case 'remark':
      return { ...state, remarks: [...state.remarks, event.text].slice(-50) };
    case 'end':
      return { ...state, end: event.end };
    default:
      return state;
  }
}

function withCall(calls: readonly TryCall[], call: TryCall): TryCall[] {
  const known = calls.some((one) => one.label === call.label && one.attempt === call.attempt);
  if (!known) return [...calls, call];
  return calls.map((one) => (one.label === call.label && one.attempt === call.attempt ? call : one));
}

function withText(call: TryCall, { of, text }: Extract<TryEvent, { readonly kind: 'text' }>): TryCall {
  return of === 'reasoning'
    ? {
        ...call,
        reasoning: (call.reasoning + text).slice(-20_000),
        reasoningCharacters: call.reasoningCharacters + text.length,
      }
    : { ...call, answer: call.answer + text };
}
