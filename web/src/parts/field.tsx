/** Labelled controls: a text to search by, a choice of a few, and a row of such. */
import type { ComponentChildren } from 'preact';

export function SearchField({
  label,
  value,
  onValue,
}: {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="search" value={value} onInput={(event) => onValue(event.currentTarget.value)} />
    </label>
  );
}

export function ChoiceField({
  label,
  value,
  choices,
  onValue,
}: {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly text: string }[];
  readonly onValue: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Fields({ children }: { readonly children: ComponentChildren }) {
  return <div class="fields">{children}</div>;
}
