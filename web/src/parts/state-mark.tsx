/** The state of a run as a word with a mark, never by colour alone. */
import type { RunState } from '../../../src/view/api/runs.ts';

const words: Readonly<Record<RunState, string>> = {
  running: 'running',
  stopped: 'stopped',
  finished: 'finished',
  damaged: 'damaged',
};

export function StateMark({ state }: { readonly state: RunState }) {
  return <span class={`state-mark ${state}`}>{words[state]}</span>;
}
