/**
 * What the scaffolds ask in the lab, in its own words. The judge verifies and compares; merging and refining is going
 * on from a summary, which the policy can do already. A verdict that cannot be read abstains; it is not asked for again,
 * for the lab's models have no words for a complaint. FENCED-CANDIDATE: of a proof only its parsed steps enter a
 * prompt, and `no.` for a sentence that is none. Every question throws for a problem that is none of the lab.
 */

import type { Problem } from '../problems/problem.ts';
import type { Reading } from '../prompt/reading.ts';
import type { BestOfNPrompts } from '../scaffold/best-of-n.ts';
import type { DeepseekMathPrompts } from '../scaffold/deepseek-math.ts';
import type { MajorityPrompts } from '../scaffold/majority.ts';
import type { Question } from '../scaffold/question.ts';
import type { RsaPrompts } from '../scaffold/rsa.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import { singleTurn } from '../scaffold/single-turn.ts';
import {
  comparePrompt,
  continuePrompt,
  judgePrompt,
  parseComparison,
  parseJudgement,
  provePrompt,
} from './prompts.ts';
import { mergedSummary, refinedSummary } from './proof-summary.ts';
import { parseCandidate, parseStatement, parseSteps, renderSteps } from './text.ts';
import type { LabProblem, Rule } from './world.ts';

/** Roles of calls for a verdict: in the lab the model that is trained to judge answers them. */
export const JUDGE_ROLES = ['verify', 'score', 'compare'] as const;

export interface LabScaffoldPrompts {
  readonly singleTurn: Scaffold;
  readonly majority: MajorityPrompts;
  readonly bestOfN: BestOfNPrompts;
  readonly deepseekMath: DeepseekMathPrompts;
  readonly rsa: RsaPrompts;
}

export function labScaffoldPrompts(): LabScaffoldPrompts {
  const solver = singleTurn(({ statement }) => [{ role: 'user', content: provePrompt(statement) }]);
  const verify: DeepseekMathPrompts['verify'] = ({ problem, proof }) =>
    question(judgePrompt(labProblemOf(problem), parseCandidate(proof)), (answer) =>
      valueOr(parseJudgement(answer), 'it does not end in a score'),
    );
  return {
    singleTurn: solver,
    // Two texts come to the same when they state the same steps in the same order.
    majority: {
      solver,
      equivalent: (first, second) => renderSteps(parseSteps(first)) === renderSteps(parseSteps(second)),
    },
    bestOfN: { solver, score: verify },
    deepseekMath: {
      solver,
      verify,
      refine: ({ problem, proof, analyses }) =>
        goingOn(problem, refinedSummary(labProblemOf(problem), proof, analyses)),
    },
    rsa: {
      solver,
      merge: ({ problem, candidates }) => goingOn(problem, mergedSummary(labProblemOf(problem), candidates)),
      compare: ({ problem, candidates }) => {
        const [first, second, ...others] = candidates;
        if (first === undefined || second === undefined || others.length > 0) {
          throw new Error(`the lab compares two proofs, not ${candidates.length}`);
        }
        return question(
          comparePrompt(labProblemOf(problem), parseCandidate(first), parseCandidate(second)),
          (answer) => valueOr(parseComparison(answer), 'it does not end in a verdict'),
        );
      },
    },
  };
}

/** The lab problem that a problem states. */
function labProblemOf({ id, statement }: Problem): LabProblem {
  const parsed = parseStatement(statement);
  if (!parsed.ok) throw new Error(`${id} is no lab problem: ${parsed.reason}`);
  return parsed.problem;
}

/** Another turn from what is claimed so far: with the Reasoning Cache's own prompt. */
function goingOn({ statement }: Problem, summary: readonly Rule[]): Question<string> {
  return question(continuePrompt(statement, summary), readProof);
}

function question<T>(content: string, read: (answer: string) => Reading<T>): Question<T> {
  return { messages: [{ role: 'user', content }], read };
}

function readProof(answer: string): Reading<string> {
  const proof = answer.trim();
  return proof === '' ? { ok: false, complaint: 'there is no proof' } : { ok: true, value: proof };
}

function valueOr<T>(value: T | undefined, complaint: string): Reading<T> {
  return value === undefined ? { ok: false, complaint } : { ok: true, value };
}
