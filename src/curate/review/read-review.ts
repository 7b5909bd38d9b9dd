/**
 * The verdict of a review: three flags by which rows leave, and two notes. Read tolerantly (JSON with what models do to
 * it, or lines of `key: yes`); strictly, every flag must be there once and be true or false, for what is not said is no
 * `false` (NULL-NOT-ZERO). Notes that cannot be read are null.
 */
import { lastVerdict } from '../../grade/last-verdict.ts';
import { saidIn } from '../../grade/said.ts';
import type { Reply } from '../../model/chat-model.ts';
import type { Reading } from '../../prompt/reading.ts';

/** In the order in which a row's reason is found. */
export const reviewFlags = ['statement_questionable', 'solutions_inconsistent', 'large_gaps'] as const;
export type ReviewFlag = (typeof reviewFlags)[number];

export interface Review {
  /** Flags that were raised. */
  readonly raised: readonly ReviewFlag[];
  readonly difficulty: number | null;
  readonly computational: boolean | null;
}

export function readReview(reply: Pick<Reply, 'answer' | 'finish'>): Reading<Review> {
  const found = lastVerdict(reply, 'review', 'review');
  if (found.ok) return reviewOf(found.content);
  const bare = found.fault === 'no-verdict' && reply.finish === 'stop' ? bareObject(reply) : undefined;
  return bare === undefined ? { ok: false, complaint: found.complaint } : reviewOf(bare);
}

/** A reply that is nothing but an object; one amid other text may be a quotation. */
function bareObject({ answer }: Pick<Reply, 'answer'>): string | undefined {
  const said = saidIn(answer ?? '');
  if (!said.ok) return undefined;
  const text = said.text
    .trim()
    .replace(/^```\w*\s*\n([\s\S]*)\n```$/, '$1')
    .trim();
  return /^\{[^{}]*\}$/.test(text) ? text : undefined;
}

function reviewOf(content: string): Reading<Review> {
  const raised: ReviewFlag[] = [];
  for (const flag of reviewFlags) {
    const value = booleanOf(content, flag);
    if (value === undefined) return { ok: false, complaint: `${flag} is not there as true or false, once` };
    if (value) raised.push(flag);
  }
  return {
    ok: true,
    value: {
      raised,
      difficulty: difficultyOf(content),
      computational: booleanOf(content, 'computational') ?? null,
    },
  };
}

/** Undefined where it is not said, or said in two ways. */
function booleanOf(content: string, key: string): boolean | undefined {
  const values = valuesOf(content, key).map((text) =>
    /^(?:true|yes)$/i.test(text) ? true : /^(?:false|no)$/i.test(text) ? false : undefined,
  );
  const [first, ...others] = values;
  return others.every((value) => value === first) ? first : undefined;
}

function difficultyOf(content: string): number | null {
  const [text] = valuesOf(content, 'difficulty');
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value >= 1 && value <= 10 ? value : null;
}

/** What follows `key:`, up to the next comma, line or brace, without its quotes. */
function valuesOf(content: string, key: string): string[] {
  // Models put a space or a hyphen where the underscore is.
  const name = key.replaceAll('_', '[_\\s-]');
  const pattern = new RegExp(`(?<![\\w-])["'*]*${name}["'*]*\\s*[:=]\\s*["'*]*([^,\\n}"'*]*)`, 'gi');
  return [...content.matchAll(pattern)].map(([, value = '']) => value.trim().replace(/[.;]$/, ''));
}
