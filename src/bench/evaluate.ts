/**
 * Runs a scaffold over problems × attempts and grades every turn. Model calls and grades go through the journal,
 * so a killed evaluation continues by being called again. NULL-NOT-ZERO: an ungraded proof has no score and is
 * counted; it never becomes a 0.
 */
import type { Grade } from '../grade/grade.ts';
import type { Journal } from '../journal/journal.ts';
import { runTogether } from '../journal/run-together.ts';
import type { ChatModel, Reply } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import type { Scaffold, ScaffoldContext } from '../scaffold/scaffold.ts';
import { Random, seedFrom } from '../stats/random.ts';
import { durableReply } from './durable-reply.ts';

export interface AttemptResult {
  /** Of the call that wrote the proof, or of the last by label where none did: no matter which was ready first. */
  readonly reasoning: string;
  /** By turn: score 0..1 (undefined when ungraded), tokens so far, whether the turn was cut. */
  readonly turns: readonly {
    readonly score: number | undefined;
    readonly tokens: number;
    readonly overflowed: boolean;
  }[];
  readonly proof: string | undefined;
  readonly grade: Grade;
}

export interface EvaluationRequest {
  /** Names the evaluation within the run, for example `evaluate/sft/single`. */
  readonly unit: string;
  readonly problems: readonly Problem[];
  readonly attempts: number;
  readonly scaffold: Scaffold;
  readonly model: ChatModel;
  /** Roles that another model answers, or within another limit; a role without an entry is `model`'s. */
  readonly byRole?: ReadonlyMap<string, { readonly model: ChatModel; readonly maxTokens: number }>;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly journal: Journal;
  /** Grades a proof durably. */
  readonly grade: (asked: {
    /** Names the grading within the run. */
    readonly unit: string;
    readonly problem: Problem;
    readonly proof: string | undefined;
    readonly seed: number;
    readonly signal: AbortSignal;
  }) => Promise<Grade>;
  readonly signal: AbortSignal;
  /** Called after each finished attempt. */
  readonly onAttempt?: () => void;
}

/**
 * Results by problem, then attempt. All attempts run concurrently; the model limits what it computes at once. When
 * one fails, the calls of the others are cut off, and what they had finished is recorded.
 */
export async function evaluateScaffold(request: EvaluationRequest): Promise<AttemptResult[][]> {
  return await runTogether(request.problems, request.signal, (problem, index, problems) =>
    runTogether(Array.from({ length: request.attempts }), problems, async (_, attempt, signal) => {
      const unit = `${request.unit}/${index}/${attempt}`;
      const result = await evaluateAttempt({ ...request, signal }, problem, unit);
      request.onAttempt?.();
      return result;
    }),
  );
}

async function evaluateAttempt(
  request: EvaluationRequest,
  problem: Problem,
  unit: string,
): Promise<AttemptResult> {
  const replies = new Map<string, Reply>();
  const context = (prefix: string): ScaffoldContext => ({
    call: async (name, call, { role = 'solve' } = {}) => {
      const label = `${prefix}${name}`;
      const own = request.byRole?.get(role);
      const reply = await durableReply(request, own?.model ?? request.model, unit, label, {
        ...call,
        ...(own === undefined ? {} : { maxTokens: own.maxTokens }),
        seed: seedFrom(request.seed, unit, label),
      });
      replies.set(label, reply);
      return reply;
    },
    // Evaluations have no budget and leave scores, not traces.
    note: () => undefined,
    keep: () => undefined,
    within: (name) => context(`${prefix}${name}/`),
    random: prefix === '' ? new Random(request.seed, unit) : new Random(request.seed, unit, prefix),
    maxTokens: request.maxTokens,
    temperature: request.temperature,
  });
  const solved = await request.scaffold(problem, context(''));
  let last: { proof: string | undefined; grade: Grade } | undefined;
  const turns: AttemptResult['turns'][number][] = [];
  for (const [index, turn] of solved.turns.entries()) {
    // A turn that keeps the proof of the one before keeps its grade: asking twice would pay twice.
    const grade =
      last !== undefined && last.proof === turn.proof
        ? last.grade
        : await request.grade({
            unit: `${unit}/turn-${index + 1}`,
            problem,
            proof: turn.proof,
            seed: seedFrom(request.seed, unit, 'grade', index),
            signal: request.signal,
          });
    last = { proof: turn.proof, grade };
    const score = grade.kind === 'graded' ? grade.points / 7 : undefined;
    turns.push({ score, tokens: turn.tokens, overflowed: turn.overflowed });
  }
  if (last === undefined) throw new Error(`the scaffold of ${unit} took no turn`);
  const byLabel = [...replies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reply]) => reply);
  const writer = byLabel.find(({ answer }) => answer === solved.proof) ?? byLabel.at(-1);
  return { reasoning: writer?.reasoning ?? '', turns, proof: solved.proof, grade: last.grade };
}
