/** How the proof is written, apart from its points: notes to be counted by system afterwards, and words. */
import { useRef } from 'preact/hooks';
import { styleNotes } from '../../../../src/problems/graded/style-notes.ts';
import type { Draft } from './draft.ts';

export function StylePanel({
  draft,
  onDraft,
}: {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const toggle = (id: string): void => {
    const has = draft.style.includes(id);
    onDraft({ ...draft, style: has ? draft.style.filter((one) => one !== id) : [...draft.style, id] });
  };
  const move = (event: KeyboardEvent): void => {
    const by =
      event.key === 'ArrowRight' || event.key === 'ArrowDown'
        ? 1
        : event.key === 'ArrowLeft' || event.key === 'ArrowUp'
          ? -1
          : 0;
    if (by === 0) return;
    event.preventDefault();
    const buttons: Element[] = [...(place.current?.querySelectorAll('button') ?? [])];
    const at = document.activeElement === null ? -1 : buttons.indexOf(document.activeElement);
    const next = buttons[(at + by + buttons.length) % buttons.length];
    if (next instanceof HTMLElement) next.focus();
  };
  return (
    <section class="grade-style" aria-label="Style">
      <h3>Style</h3>
      <div class="grade-chips" ref={place} role="group" aria-label="Notes on style" onKeyDown={move}>
        {styleNotes.map(({ id, label, about }) => (
          <button
            key={id}
            type="button"
            title={about}
            aria-pressed={draft.style.includes(id)}
            onClick={() => toggle(id)}
          >
            {label}
          </button>
        ))}
      </div>
      <label class="field">
        <span>What is typical of it</span>
        <input
          type="text"
          value={draft.styleNote}
          maxLength={2000}
          onInput={(event) => onDraft({ ...draft, styleNote: event.currentTarget.value })}
        />
      </label>
    </section>
  );
}
