/** What a grader does, as the server hears it, and the way back from it: the last saves and skips of this page. */
import type { GivenGrade, GraderItem, NewGrade, NewLogEntry } from '../../../../src/view/api/grades.ts';
import { post } from '../../resource.ts';
import { newId } from './new-id.ts';

export interface Doing {
  readonly queue: string;
  readonly grader: string;
}

/** What can be taken back. */
export interface Done extends Doing {
  readonly item: string;
  readonly what: 'saved' | 'skipped';
  /** Of what was saved. */
  readonly grade: GivenGrade | null;
  readonly shown: number;
}

const done: Done[] = [];
/** By proof and content: what failed half-way is sent again under its id, and recorded once. */
const sending = new Map<string, string>();
/** Lines that came after others and were sent from here: what the page knows of the last line may be older. */
const followed = new Map<string, string>();

export async function sendGrade(
  { queue, grader }: Doing,
  { item, last }: Pick<GraderItem, 'item' | 'last'>,
  grade: GivenGrade | null,
  { seconds, shown }: { readonly seconds: number; readonly shown: number },
): Promise<void> {
  const after = newest([queue, grader, item], last);
  const content = JSON.stringify([queue, grader, item, after, grade]);
  const id = sending.get(content) ?? newId();
  sending.set(content, id);
  const body: NewGrade = { id, queue, grader, item, grade, seconds, shown, after };
  await post('grades/grades', body);
  sending.delete(content);
  followed.set(JSON.stringify([queue, grader, item, after]), id);
  if (grade !== null) done.push({ queue, grader, item, what: 'saved', grade, shown });
}

function newest(place: readonly string[], last: string | null): string | null {
  for (let id = last; ; ) {
    const next = followed.get(JSON.stringify([...place, id]));
    if (next === undefined) return id;
    id = next;
  }
}

export async function sendLog(
  { queue, grader }: Doing,
  what: NewLogEntry['what'],
  { item = null, reason = '' }: { readonly item?: string | null; readonly reason?: string } = {},
): Promise<void> {
  const body: NewLogEntry = { id: newId(), queue, grader, what, item, reason };
  await post('grades/log', body);
  if (what === 'skipped' && item !== null) {
    done.push({ queue, grader, item, what, grade: null, shown: 1 });
  }
}

/** Takes the last one off the list of what can be undone. */
export function takeLastDone({ queue, grader }: Doing): Done | undefined {
  const at = done.findLastIndex((one) => one.queue === queue && one.grader === grader);
  return at === -1 ? undefined : done.splice(at, 1)[0];
}
