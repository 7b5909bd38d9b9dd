/** The way from a proof to grading it: itself at once, or in the queue where this person grades it blind already. */
import { useState } from 'preact/hooks';
import type { NewOneReply } from '../../../../src/view/api/grades.ts';
import type { ProofQueue } from '../../../../src/view/api/proof.ts';
import { post } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import { isStaticSite } from '../../static.ts';

export function GradeWay({
  run,
  id,
  queue,
}: {
  readonly run: string;
  readonly id: string;
  readonly queue: ProofQueue | undefined;
}) {
  const [trouble, setTrouble] = useState('');
  if (isStaticSite()) return null;
  if (queue !== undefined) {
    return (
      <a class="button primary" href={linkTo('grade', queue.queue, queue.item)}>
        Grade it in your queue
      </a>
    );
  }
  const grade = async (): Promise<void> => {
    try {
      const { queue: made, item } = (await post('grades/one', { run, id })) as NewOneReply;
      location.hash = `${linkTo('grade', made, item)}?back=${encodeURIComponent(linkTo('runs', run, 'proofs', id))}`;
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <>
      <button type="button" class="primary" onClick={() => void grade()}>
        Grade this proof
      </button>
      {trouble !== '' && <p role="alert">{trouble}</p>}
    </>
  );
}
