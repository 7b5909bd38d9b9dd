/**
 * A grading through the journal. PAY-ONCE: a grade on record is never asked for again, nor is a call of a judge that was
 * killed half-way, or failed beside another that succeeded. NULL-NOT-ZERO: an ungraded outcome is recorded as a failure,
 * never as a result, and asked again. Where a reply could not be read the next asking is a new one, with calls and seeds
 * of its own, so that the same reply is not read again.
 */
import type { Journal, Json } from '../journal/journal.ts';
import type { ChatModel, ChatRequest, Reply } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import { seedFrom } from '../stats/random.ts';
import { type Grade, type Grader, gradeOfNoProof, gradeSchema, type Ungraded } from './grade.ts';
import { gradingDigest } from './judge-material.ts';

export interface DurableGrading {
  readonly journal: Journal;
  readonly grader: Grader;
  readonly signal: AbortSignal;
  /** Names the grading within the run. */
  readonly unit: string;
  readonly problem: Problem;
  /** Undefined when there is none. */
  readonly proof: string | undefined;
  readonly seed: number;
}

/** Events of gradings that could not be read, so that the next one knows how often it was tried. */
const unreadStream = 'grade/unread';

/**
 * The grade on record, or a new one. An empty proof is a real 0 decided here. A grading that was cut off by the signal is
 * no outcome at all: it rejects with an AbortError.
 */
export async function gradeDurably(grading: DurableGrading): Promise<Grade> {
  const { journal, grader, signal, unit, problem, proof, seed } = grading;
  if (proof === undefined)
    return gradeOfNoProof(grader.name, 'The reasoning did not end: there is no proof.');
  if (proof.trim() === '') return gradeOfNoProof(grader.name, 'The proof is empty.');
  const key = {
    unit,
    label: 'grade',
    request: { grader: grader.name, problem: problem.id, digest: gradingDigest(problem), proof, seed },
  };
  try {
    const { payload } = await journal.effect(key, async () => {
      let tries: number | undefined;
      const call = async (label: string, model: ChatModel, request: ChatRequest): Promise<Reply> => {
        tries ??= await triesOf(journal, unit);
        const named = `${unit}/judge-${tries}`;
        // Another try draws other replies.
        const drawn = tries === 0 ? request : { ...request, seed: seedFrom(request.seed, 'try', tries) };
        return await callThroughJournal({ journal, unit: named, label, model, request: drawn, signal });
      };
      const grade = await grader.grade(problem, proof, { seed, signal, call });
      if (grade.kind === 'ungraded') {
        signal.throwIfAborted();
        // Calls that failed left no reply: those are made again under their names, and the others are not.
        if (tries !== undefined && grade.cause !== 'call-failed') {
          const { cause, detail } = grade;
          await journal.append(unreadStream, `${unit}/${tries}`, { value: { cause, detail } });
        }
        throw new UngradedError(grade);
      }
      return { value: { points: grade.points } as Json, payload: Buffer.from(JSON.stringify(grade)) };
    });
    return gradeSchema.parse(JSON.parse(Buffer.from(payload ?? []).toString('utf8')));
  } catch (error) {
    if (error instanceof UngradedError) return error.grade;
    throw error;
  }
}

async function triesOf(journal: Journal, unit: string): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    if ((await journal.find(unreadStream, `${unit}/${tries}`)) === undefined) return tries;
  }
}

interface JournalledCall {
  readonly journal: Journal;
  readonly unit: string;
  readonly label: string;
  readonly model: ChatModel;
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
}

/** A model call that is made once. A failure is recorded as one and thrown on. */
async function callThroughJournal(asked: JournalledCall): Promise<Reply> {
  const { journal, unit, label, model, request, signal } = asked;
  const { messages, maxTokens, temperature, seed, sampling } = request;
  const key = {
    model: model.name,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...{ maxTokens, temperature, seed },
    ...(sampling === undefined ? {} : { sampling: { ...sampling } }),
  };
  const { value, payload } = await journal.effect({ unit, label, request: key as Json }, async () => {
    try {
      const { reasoning, answer, finish, usage } = await model.generate(request, { signal });
      signal.throwIfAborted();
      const texts = Buffer.from(JSON.stringify({ reasoning, answer: answer ?? null }));
      return { value: { finish, usage: { ...usage } }, payload: texts };
    } catch (error) {
      // A client may dress up the abort; what it was for is what matters.
      signal.throwIfAborted();
      throw error;
    }
  });
  const { finish, usage } = value as unknown as Pick<Reply, 'finish' | 'usage'>;
  const { reasoning, answer } = JSON.parse(Buffer.from(payload ?? []).toString('utf8')) as {
    readonly reasoning: string;
    readonly answer: string | null;
  };
  return { reasoning, answer: answer ?? undefined, finish, usage };
}

/** Carries an ungraded outcome past the journal, which records it as a failed attempt. */
class UngradedError extends Error {
  readonly grade: Ungraded;
  constructor(grade: Ungraded) {
    super(`ungraded: ${grade.cause} (${grade.detail})`);
    this.grade = grade;
  }
}
