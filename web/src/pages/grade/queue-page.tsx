/** A grading queue: the proof at hand in the grader's own order, and at the end the way to what came of it. */
import { useEffect, useState } from 'preact/hooks';
import type { GraderView, QueueView } from '../../../../src/view/api/grades.ts';
import { safeName } from '../../../../src/view/safe-name.ts';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import './grade.css';
import { GradeItem } from './grade-item.tsx';
import { useGrader } from './grader-name.ts';
import { sendLog } from './grading.ts';
import { ItemStrip } from './item-strip.tsx';
import { NameForm } from './name-form.tsx';

export function QueuePage({ names, query }: PageProps) {
  const queue = names.queue ?? '';
  const [grader, setGrader] = useGrader();
  const view = useResource('grades/queue/:queue.json', { queue: safeName(queue) });
  const state = useResource(
    'grades/grader/:queue/:grader.json',
    grader === '' ? undefined : { queue: safeName(queue), grader: safeName(grader) },
  );
  const error = view.error ?? state.error;
  if (error !== undefined) {
    return (
      <Problem
        title="This queue cannot be shown"
        text={error}
        way={{ text: 'All queues', address: '#/grade' }}
      />
    );
  }
  if (view.value === undefined) return <Loading />;
  const { title, graders, showsReference, troubles, adjudicates } = view.value;
  return (
    <div class="grade">
      <header class="grade-head">
        <p class="eyebrow">
          <a href="#/grade">Grade</a>
          {adjudicates !== null && (
            <>
              {' '}
              · settles <a href={linkTo('grade', adjudicates)}>{adjudicates}</a>
            </>
          )}
        </p>
        <h1>{title}</h1>
        {grader !== '' && (
          <p class="quiet">
            {grader}{' '}
            <button type="button" class="grade-link" onClick={() => setGrader('')}>
              somebody else
            </button>
            {!showsReference && ' · without reference solutions'}
          </p>
        )}
      </header>
      {troubles.map((trouble) => (
        <p key={trouble} class="grade-damage">
          {trouble}
        </p>
      ))}
      {grader === '' ? (
        <NameForm known={graders.map((one) => one.grader)} onName={setGrader} />
      ) : state.value === undefined ? (
        <Loading />
      ) : (
        <Work
          {...{ queue: view.value, state: state.value, item: names.item, again: state.again }}
          back={query.get('back')}
        />
      )}
    </div>
  );
}

interface WorkProps {
  readonly queue: QueueView;
  readonly state: GraderView;
  readonly item: string | undefined;
  readonly again: () => void;
  /** Where the proof was looked at. */
  readonly back: string | null;
}

function Work({ queue, state, item, again, back }: WorkProps) {
  useEffect(() => {
    void sendLog(state, 'began').catch(() => undefined);
  }, [queue.queue, state.grader]);
  const own =
    state.items.find((one) => one.item === item) ??
    (item === undefined ? nextOpen(state, undefined) : undefined);
  const current = own?.item;
  const done = (): void => {
    again();
    if (back?.startsWith('#/runs/') === true) {
      location.hash = back;
      return;
    }
    const next = current === undefined ? undefined : nextOpen(state, current);
    location.hash =
      next === undefined ? linkTo('grade', queue.queue) : linkTo('grade', queue.queue, next.item);
  };
  return (
    <>
      <ItemStrip state={state} current={current} />
      {own === undefined ? (
        <Finished queue={queue} state={state} again={again} />
      ) : (
        <GradeItem key={`${state.grader} ${own.item}`} {...{ queue, state, own, again }} onDone={done} />
      )}
    </>
  );
}

/** The open proof after this one, else the first one. */
function nextOpen({ items }: GraderView, current: string | undefined) {
  const at = items.findIndex(({ item }) => item === current);
  return [...items.slice(at + 1), ...items.slice(0, Math.max(0, at))].find(({ status }) => status === 'open');
}

function Finished({ queue: { isOpen }, state, again }: Pick<WorkProps, 'queue' | 'state' | 'again'>) {
  const { queue, graded, skipped, finished } = state;
  const [trouble, setTrouble] = useState('');
  const finish = async (): Promise<void> => {
    try {
      await sendLog(state, 'finished');
      again();
      location.hash = linkTo('grade', queue, 'agreement');
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const agreement = linkTo('grade', queue, 'agreement');
  return (
    <section class="grade-finished">
      <h2>
        {skipped === 0
          ? `All ${graded} proofs are graded`
          : `${graded} proofs are graded, ${skipped} skipped`}
      </h2>
      {finished || isOpen ? (
        <p>
          <a class="button primary" href={agreement}>
            Agreement with judges and others
          </a>
        </p>
      ) : (
        <>
          <p>
            Finishing shows who wrote what and what judges gave. Grades can be corrected afterwards, but are
            then marked as not blind.{skipped > 0 && ' Skipped proofs can be opened above.'}
          </p>
          <p>
            <button type="button" class="primary" onClick={() => void finish()}>
              Finish
            </button>
          </p>
          {trouble !== '' && <p role="alert">{trouble}</p>}
        </>
      )}
    </section>
  );
}
