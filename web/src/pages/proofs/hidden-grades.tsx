/**
 * In the place of the grades of a proof that this person grades in a queue and has not finished: to see them here would
 * unblind. Whoever wants to all the same says so, and it is recorded as it is in the queue.
 */
import { useState } from 'preact/hooks';
import type { ProofQueue } from '../../../../src/view/api/proof.ts';
import { sendLog } from '../grade/grading.ts';

export function HiddenGrades({
  queue,
  grader,
  again,
}: {
  readonly queue: ProofQueue;
  readonly grader: string;
  readonly again: () => void;
}) {
  const [trouble, setTrouble] = useState('');
  const unblind = async (): Promise<void> => {
    try {
      await sendLog({ queue: queue.queue, grader }, 'unblinded', {
        reason: 'looked at grades on the page of a proof',
      });
      again();
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <section>
      <h2>Grades are hidden</h2>
      <p>
        {grader} grades this proof in the queue “{queue.title}” and has not finished. What judges and others
        gave would unblind.
      </p>
      <p class="proofs-hidden">
        <button type="button" onClick={() => void unblind()}>
          Unblind me and show them
        </button>
      </p>
      <p class="quiet">It is recorded, and later grades in that queue are marked as not blind.</p>
      {trouble !== '' && <p role="alert">{trouble}</p>}
    </section>
  );
}
