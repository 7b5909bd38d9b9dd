/** What sampled tokens are worth in stage rl with the exact grader and the truncation policy `zero`. */
import { exactGrader } from '../../../src/lab/exact-grader.ts';
import type { Problem } from '../../../src/problems/problem.ts';
import type { ChatFormat } from '../../../src/tokenizer/tokenizer.ts';

/** `tokens_T` end with a stop token, or were cut. Throws where there is no grade, which is never a 0 (NULL-NOT-ZERO). */
export async function exactReward(
  format: ChatFormat,
  problem: Problem,
  tokens_T: readonly number[],
): Promise<number> {
  if (!format.stopTokenIds.includes(tokens_T.at(-1) ?? -1)) return 0;
  const { answer } = format.parseReply(tokens_T);
  if (answer === undefined) return 0;
  const grade = await exactGrader.grade(problem, answer, { seed: 0 });
  if (grade.kind === 'ungraded') throw new Error(`${problem.id}: ${grade.detail}`);
  return grade.points / 7;
}
