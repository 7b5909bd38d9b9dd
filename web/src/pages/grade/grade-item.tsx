/** One proof to be graded: reading at one side, points at the other, all of it with keys. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { GraderItem, GraderView, QueueView } from '../../../../src/view/api/grades.ts';
import { safeName } from '../../../../src/view/safe-name.ts';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import { useAttention } from './attention.ts';
import {
  type Draft,
  draftOf,
  emptyDraft,
  gradeOf,
  loadDraft,
  markedScheme,
  saveDraft,
  sumOf,
} from './draft.ts';
import { sendGrade, sendLog, takeLastDone } from './grading.ts';
import { Help } from './help.tsx';
import { useKeys } from './keys.ts';
import { MarksPanel } from './marks-panel.tsx';
import { Reading } from './reading.tsx';
import { Revealed } from './revealed.tsx';
import { givenIn, type Row, rowsOf, withValue } from './rows.ts';
import { StylePanel } from './style-panel.tsx';
import { Unblind } from './unblind.tsx';

export interface GradeItemProps {
  readonly queue: QueueView;
  readonly state: GraderView;
  readonly own: GraderItem;
  /** Asks for the grader's state again. */
  readonly again: () => void;
  /** Called when this proof is done, before the next one. */
  readonly onDone: () => void;
}

export function GradeItem({ queue, state, own, again, onDone }: GradeItemProps) {
  const { grader } = state;
  const names = { queue: safeName(queue.queue), item: safeName(own.item) };
  const { value: item, error } = useResource('grades/item/:queue/:item.json', names);
  const scheme = markedScheme(item?.scheme ?? null);
  const rows = rowsOf(item?.scheme ?? null);
  // Keys may come faster than the page is drawn: what they work on is always the newest.
  const newest = useRef<Draft>(emptyDraft);
  const [draft, setDrawn] = useState<Draft>(emptyDraft);
  const setDraft = (next: Draft): void => {
    newest.current = next;
    setDrawn(next);
  };
  const at = useRef(0);
  const [active, setDrawnActive] = useState(0);
  const setActive = (next: number): void => {
    at.current = next;
    setDrawnActive(next);
  };
  const [trouble, setTrouble] = useState('');
  const [isSending, setIsSending] = useState(false);
  const [hasHelp, setHasHelp] = useState(false);
  const [hasReference, setHasReference] = useState(false);
  const comment = useRef<HTMLTextAreaElement>(null);
  const panel = useRef<HTMLElement>(null);
  const isReady = item !== undefined;
  // A draft that was not saved, else what was saved last.
  useEffect(() => {
    if (!isReady) return;
    setDraft(
      loadDraft(queue.queue, grader, own.item) ??
        (own.grade === null ? emptyDraft : draftOf(own.grade, scheme)),
    );
    setActive(0);
  }, [isReady, own.last]);
  const change = (next: Draft): void => {
    setDraft(next);
    setTrouble('');
    if (!saveDraft(queue.queue, grader, own.item, next))
      setTrouble('This browser keeps no drafts: save before you leave.');
  };
  useAttention(() => {
    const next = { ...newest.current, seconds: newest.current.seconds + 1 };
    saveDraft(queue.queue, grader, own.item, next);
    setDraft(next);
  });
  const give = (row: Row | undefined, value: number | null): void => {
    if (row === undefined) return;
    change(withValue(newest.current, row, value));
  };
  const shown = state.items.findIndex((one) => one.item === own.item) + 1;
  const run = async (work: () => Promise<void>): Promise<void> => {
    if (isSending) return;
    setIsSending(true);
    try {
      await work();
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
      again();
    } finally {
      setIsSending(false);
    }
  };
  const save = (): void => {
    const grade = gradeOf(newest.current, scheme);
    if ('missing' in grade) {
      setTrouble(grade.missing);
      return;
    }
    void run(async () => {
      await sendGrade(state, own, grade, { seconds: newest.current.seconds, shown });
      saveDraft(queue.queue, grader, own.item, undefined);
      onDone();
    });
  };
  const skip = (): void =>
    void run(async () => {
      await sendLog(state, 'skipped', { item: own.item });
      onDone();
    });
  const undo = (): void =>
    void run(async () => {
      const last = takeLastDone(state);
      if (last === undefined) {
        setTrouble('There is nothing to undo. Choose a proof above to grade it again.');
        return;
      }
      if (last.grade !== null) {
        const before = state.items.find((one) => one.item === last.item);
        await sendGrade(state, { item: last.item, last: before?.last ?? null }, null, {
          seconds: 0,
          shown: last.shown,
        });
        saveDraft(queue.queue, grader, last.item, draftOf(last.grade, undefined));
      }
      again();
      location.hash = linkTo('grade', queue.queue, last.item);
    });
  const row = (): Row | undefined => rows[Math.min(at.current, rows.length - 1)];
  const move = (by: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, at.current + by));
    setActive(next);
    panel.current?.querySelectorAll('.grade-line')[next]?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({
    digit: (value) => {
      const to = row();
      if (to === undefined) return;
      if (value < to.least || value > Math.ceil(to.most)) {
        setTrouble(`This line takes ${to.least} to ${to.most}.`);
        return;
      }
      // Of a part that is worth 0.75, the key 1 gives all.
      give(to, Math.min(value, to.most));
      if (to.kind !== 'total' && to.kind !== 'confidence') move(1);
    },
    half: () => {
      const to = row();
      if (to !== undefined) give(to, Math.min(to.most, (givenIn(newest.current, to) ?? 0) + 0.5));
    },
    clear: () => give(row(), null),
    move,
    ...{ save, skip, undo },
    comment: () => comment.current?.focus(),
    style: () => panel.current?.querySelector<HTMLElement>('.grade-chips button')?.focus(),
    reference: () => setHasReference(!hasReference),
    help: () => setHasHelp(true),
  });
  if (error !== undefined) return <Problem title="This proof cannot be shown" text={error} />;
  if (item === undefined) return <Loading />;
  const sum = sumOf(scheme, draft.marks);
  const isOverride = draft.total !== null && sum !== undefined && draft.total !== sum;
  const sees = state.finished || state.unblinded;
  return (
    <div class="grade-bench">
      <Reading item={item} hasReference={hasReference} onReference={setHasReference} />
      <aside class="grade-panel" ref={panel} aria-label="Points">
        <MarksPanel
          {...{ scheme: item.scheme, rows, active, draft, sum }}
          onActive={setActive}
          onValue={give}
        />
        {isOverride && (
          <label class="field">
            <span>
              Why {draft.total} and not {sum}
            </span>
            <input
              type="text"
              value={draft.overrideReason}
              onInput={(event) => change({ ...draft, overrideReason: event.currentTarget.value })}
            />
          </label>
        )}
        <label class="field">
          <span>Comment</span>
          <textarea
            ref={comment}
            rows={3}
            value={draft.comment}
            onInput={(event) => change({ ...draft, comment: event.currentTarget.value })}
          />
        </label>
        <StylePanel draft={draft} onDraft={change} />
        {sees ? <Revealed {...names} grader={safeName(grader)} /> : <Unblind state={state} again={again} />}
      </aside>
      <div class="grade-actions" role="group" aria-label="Save, skip, undo">
        <output class="grade-sum">
          {draft.total ?? sum ?? '–'}
          <small> of 7</small>
        </output>
        <p class="grade-trouble" role="alert">
          {trouble}
        </p>
        <button type="button" class="primary" disabled={isSending} onClick={save}>
          {own.grade === null ? 'Save' : 'Save again'} <kbd>Enter</kbd>
        </button>
        <button type="button" disabled={isSending} onClick={skip}>
          Skip <kbd>s</kbd>
        </button>
        <button type="button" disabled={isSending} onClick={undo}>
          Undo <kbd>u</kbd>
        </button>
        <button type="button" aria-label="Keys" onClick={() => setHasHelp(true)}>
          <kbd>?</kbd>
        </button>
      </div>
      {hasHelp && <Help onClose={() => setHasHelp(false)} />}
    </div>
  );
}
