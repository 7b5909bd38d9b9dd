/**
 * Whether a judge found two final answers to agree: `correct`, `incorrect` or `undecided`, and no other word. "Not
 * correct" and "partially correct" are malformed, not correct. NULL-NOT-ZERO: what cannot be read is not incorrect.
 */
import type { Reply } from '../model/chat-model.ts';
import { plainVerdict } from '../prompt/read-boxed.ts';
import type { Reading } from '../prompt/reading.ts';
import { withoutInvisible } from '../prompt/without-invisible.ts';
import { lastVerdict } from './last-verdict.ts';
import { shown } from './read-points.ts';

export const answerVerdicts = ['correct', 'incorrect', 'undecided'] as const;
export type AnswerVerdict = (typeof answerVerdicts)[number];

export const VERDICT_TAG = 'verdict';

/** Reads the answer of a reply, never its reasoning. */
export function readAnswerVerdict(reply: Pick<Reply, 'answer' | 'finish'>): Reading<AnswerVerdict> {
  const verdict = lastVerdict(reply, VERDICT_TAG);
  if (!verdict.ok) return { ok: false, complaint: verdict.complaint };
  const word = plainVerdict(withoutInvisible(verdict.content)).toLowerCase();
  const value = answerVerdicts.find((one) => one === word);
  if (value !== undefined) return { ok: true, value };
  const complaint = `its verdict is ${shown(verdict.content)}, which is none of the words ${answerVerdicts.join(', ')}`;
  return { ok: false, complaint };
}
