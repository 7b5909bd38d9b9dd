/** Asks who grades, before anything is shown. */
import { useState } from 'preact/hooks';
import { lastGrader } from './grader-name.ts';

export function NameForm({
  known,
  onName,
}: {
  readonly known: readonly string[];
  readonly onName: (name: string) => void;
}) {
  const [name, setName] = useState(lastGrader());
  const begin = (event: Event): void => {
    event.preventDefault();
    if (name.trim() !== '') onName(name.trim());
  };
  return (
    <form class="grade-name" onSubmit={begin}>
      <h2>Who grades?</h2>
      <p class="quiet">
        Everybody has their own grades and their own order. The name stands beside each grade in the file.
      </p>
      <div class="fields">
        <label class="field">
          <span>Your name or initials</span>
          <input
            type="text"
            name="grader"
            maxLength={60}
            list="grade-names"
            autofocus
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <datalist id="grade-names">
            {known.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </label>
        <button type="submit" class="primary" disabled={name.trim() === ''}>
          Begin
        </button>
      </div>
    </form>
  );
}
