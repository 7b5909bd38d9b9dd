/** The keys of grading, where nobody is writing. Escape leaves a text; Ctrl+Enter saves also from within one. */
import { useEffect, useRef } from 'preact/hooks';

export interface Keys {
  readonly digit: (value: number) => void;
  readonly half: () => void;
  readonly clear: () => void;
  readonly move: (by: number) => void;
  readonly save: () => void;
  readonly skip: () => void;
  readonly undo: () => void;
  readonly comment: () => void;
  readonly style: () => void;
  readonly reference: () => void;
  readonly help: () => void;
}

export const keyTable: readonly (readonly [keys: string, does: string])[] = [
  ['0 – 7', 'points of the marked line, and on to the next'],
  ['.', 'half a point more'],
  ['Backspace', 'take the marked line’s points back'],
  ['j, k or ↓, ↑', 'next line, line before'],
  ['Enter', 'save and go on'],
  ['s', 'skip this proof'],
  ['u', 'undo the last save or skip'],
  ['c', 'comment'],
  ['t', 'notes on style; arrows move, Space sets'],
  ['r', 'reference solution'],
  ['Esc', 'leave a text'],
  ['?', 'these keys'],
];

export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      if (event.key === 'Escape') target.blur();
      const action = actionOf(event, target);
      if (action === undefined) return;
      event.preventDefault();
      action(current.current);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

type Action = (on: Keys) => void;

function actionOf(event: KeyboardEvent, target: HTMLElement): Action | undefined {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (key === 'Enter' && (ctrlKey || metaKey)) return (on) => on.save();
  if (ctrlKey || metaKey || altKey || target.closest('dialog') !== null) return undefined;
  if (target.matches('textarea, select, input:not([type="checkbox"])')) return undefined;
  if (/^[0-7]$/.test(key)) return (on) => on.digit(Number(key));
  // What a control does with these keys is its own; buttons of points and style are pressed with Space.
  const isControl =
    target.matches('button, a, summary, input') && target.closest('.grade-points, .grade-chips') === null;
  if (key === 'Enter') return isControl ? undefined : (on) => on.save();
  if (key.startsWith('Arrow') && target.closest('.grade-style') !== null) return undefined;
  return actions[key];
}

const actions: Readonly<Record<string, Action>> = {
  '.': (on) => on.half(),
  Backspace: (on) => on.clear(),
  Delete: (on) => on.clear(),
  j: (on) => on.move(1),
  k: (on) => on.move(-1),
  ArrowDown: (on) => on.move(1),
  ArrowUp: (on) => on.move(-1),
  s: (on) => on.skip(),
  u: (on) => on.undo(),
  c: (on) => on.comment(),
  t: (on) => on.style(),
  r: (on) => on.reference(),
  '?': (on) => on.help(),
};
