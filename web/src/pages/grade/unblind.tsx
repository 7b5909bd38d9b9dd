/** The way out of blindness before the end: it takes a reason, is recorded, and later grades say that they were not blind. */
import { useState } from 'preact/hooks';
import type { GraderView } from '../../../../src/view/api/grades.ts';
import { sendLog } from './grading.ts';

export function Unblind({ state, again }: { readonly state: GraderView; readonly again: () => void }) {
  const [isOpen, setIsOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [trouble, setTrouble] = useState('');
  const unblind = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await sendLog(state, 'unblinded', { reason });
      again();
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
  };
  if (!isOpen) {
    return (
      <p class="grade-unblind">
        <button type="button" onClick={() => setIsOpen(true)}>
          Show who wrote it …
        </button>
      </p>
    );
  }
  return (
    <form class="grade-unblind" onSubmit={(event) => void unblind(event)}>
      <p>
        This shows systems and judges of the whole queue. It is recorded, and your later grades are marked as
        not blind.
      </p>
      <label class="field">
        <span>Reason</span>
        <input
          type="text"
          autofocus
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={reason.trim() === ''}>
        Unblind me
      </button>{' '}
      <button type="button" onClick={() => setIsOpen(false)}>
        Stay blind
      </button>
      {trouble !== '' && <p role="alert">{trouble}</p>}
    </form>
  );
}
