/**
 * What graders do, on disk: every grade, and every taking back, skipping and unblinding, is a line of its own, appended durably
 * before it is acknowledged. Nothing is overwritten: a line that does not come after what its sender knew is refused as a
 * conflict, and one that is sent twice is there once.
 */
import { DurableLines, type LineLayer } from '../../../journal/durable-lines.ts';
import { gradeRecordForm, gradeRecordSchema } from '../../../problems/graded/grade-record.ts';
import { faultOfMarks, markedScheme, pointsOfMarks } from '../../../problems/graded/scheme-marks.ts';
import { styleNotes } from '../../../problems/graded/style-notes.ts';
import { packageVersion } from '../../../recipe/package-version.ts';
import type { NewGrade, NewGradeReply, NewLogEntry, NewOne, NewOneReply } from '../../../view/api/grades.ts';
import { itemOf } from '../../../view/grades/blind-item.ts';
import { graderState, isBlind, lastRecords } from '../../../view/grades/grader-state.ts';
import { gradesDirectory, readQueue } from '../../../view/grades/grades-folder.ts';
import { gradesFile, type LogEntry, logFile, type QueueItem } from '../../../view/grades/queue-file.ts';
import type { Workplace } from '../../../view/workplace.ts';
import { ApiError, invalidRequest } from '../../api-error.ts';
import { gradeOne } from './grade-one.ts';

export class GradeWriter {
  readonly #workplace: Workplace;
  readonly #lines: DurableLines;

  constructor(workplace: Workplace, layer?: LineLayer) {
    this.#workplace = workplace;
    this.#lines = new DurableLines(gradesDirectory(workplace), layer);
  }

  /** Throws an ApiError of 400 or 409, a NotFoundError, and what keeps the line from the disk. */
  async grade(asked: NewGrade): Promise<NewGradeReply> {
    const now = new Date(this.#workplace.now()).toISOString();
    readQueue(this.#workplace, asked.queue);
    return await this.#lines.exclusively(async (append) => {
      const graded = readQueue(this.#workplace, asked.queue);
      const item = itemOf(graded.queue, asked.item);
      const known = graded.records.find(({ id }) => id === asked.id);
      const blind = isBlind(graded, asked.grader);
      if (known !== undefined) return { id: asked.id, blind: known.blind ?? blind };
      const last = lastRecords(graded, asked.grader).get(asked.item)?.id ?? null;
      if (last !== asked.after) {
        throw new ApiError(
          `${asked.grader} has graded this proof in another tab meanwhile. Nothing was overwritten; open it again to see that grade`,
          { status: 409, type: 'invalid_request_error', code: 'conflict' },
        );
      }
      const { name } = graded.queue;
      const record = gradeRecordSchema.parse({
        form: gradeRecordForm,
        ...{ proof_id: item.proof_id, problem: item.problem, proof: item.proof ?? '', maximum: 7 },
        ...{ grader: asked.grader, by: 'person', author: item.system, from: item.from, graded_at: now },
        ...{ id: asked.id, queue: name, item: item.item, shown: asked.shown, blind, seconds: asked.seconds },
        ...{ digests: item.digests, version: packageVersion() },
        ...fieldsOf(asked, item),
      });
      await append(gradesFile(name), JSON.stringify(record));
      return { id: asked.id, blind };
    });
  }

  /** A proof into the open queue. Throws a NotFoundError, and what keeps the line from the disk. */
  async one(asked: NewOne): Promise<NewOneReply> {
    return await gradeOne(this.#workplace, this.#lines, asked);
  }

  async log({ id, queue, grader, what, item, reason }: NewLogEntry): Promise<void> {
    const at = new Date(this.#workplace.now()).toISOString();
    readQueue(this.#workplace, queue);
    await this.#lines.exclusively(async (append) => {
      const graded = readQueue(this.#workplace, queue);
      if (item !== null) itemOf(graded.queue, item);
      if (graded.log.some((entry) => entry.id === id)) return;
      if (what === 'began' && graded.log.some((entry) => entry.grader === grader && entry.what === 'began'))
        return;
      const { open } = graderState(graded, grader);
      if (what === 'finished' && open > 0) {
        throw invalidRequest(
          'what',
          `${open} proofs are neither graded nor skipped, so ${grader} has not finished`,
        );
      }
      const entry: LogEntry = { form: 'qed-grading-log', ...{ id, grader, what, item, reason, at } };
      await append(logFile(graded.queue.name), JSON.stringify(entry));
    });
  }
}

/** The points and what they rest on. Throws an ApiError for what the scheme does not allow. */
function fieldsOf({ grade }: NewGrade, { problem }: QueueItem): object {
  if (grade === null) return { points: null };
  const { points, marks, overrideReason, comment, confidence, style, styleNote } = grade;
  const unknown = style.find((id) => !styleNotes.some((note) => note.id === id));
  if (unknown !== undefined) throw invalidRequest('grade.style', `${unknown} is no style note`);
  const scheme = problem.scheme === undefined ? undefined : markedScheme(problem.scheme);
  const isMarked = Object.keys(marks.checkpoints).length > 0;
  if (scheme === undefined && isMarked)
    throw invalidRequest('grade.marks', 'the problem has no scheme to mark by');
  const fault = scheme === undefined ? undefined : faultOfMarks(scheme, marks);
  if (fault !== undefined) throw invalidRequest('grade.marks', fault);
  const sum = scheme === undefined || !isMarked ? undefined : pointsOfMarks(scheme, marks);
  if (sum !== undefined && sum !== points && overrideReason.trim() === '') {
    throw invalidRequest(
      'grade.overrideReason',
      `the marks come to ${sum}, so ${points} points need a reason`,
    );
  }
  const given = (value: string) => value.trim() !== '';
  return {
    points,
    ...(isMarked ? { checkpoints: marks.checkpoints } : {}),
    ...(Object.keys(marks.deductions).length > 0 ? { deductions: marks.deductions } : {}),
    ...(marks.limits.length > 0 ? { limits: marks.limits } : {}),
    ...(sum === undefined ? {} : { by_scheme: sum }),
    ...(sum !== undefined && sum !== points ? { override_reason: overrideReason.trim() } : {}),
    ...(confidence === null ? {} : { confidence }),
    ...(given(comment) ? { comment: comment.trim() } : {}),
    ...(style.length > 0 ? { style } : {}),
    ...(given(styleNote) ? { style_note: styleNote.trim() } : {}),
  };
}
