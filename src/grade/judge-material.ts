/**
 * What a judge is shown of a problem, or what the problem lacks for it. Found out before any call: a judge that needs a
 * scheme and has none leaves a proof ungraded (NULL-NOT-ZERO).
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../journal/canonical-json.ts';
import type { Json } from '../journal/journal.ts';
import type { Problem } from '../problems/problem.ts';
import { schemeToMarkdown } from '../problems/scheme-markdown.ts';
import type { ProofMaterial } from './judge-prompts.ts';
import type { JudgeSettings, Presence } from './judge-settings.ts';

export type Material =
  | { readonly ok: true; readonly shown: Omit<ProofMaterial, 'proof'> }
  /** For example `no scheme and no guidelines, and no solution`. */
  | { readonly ok: false; readonly missing: string };

type Wanted = Pick<JudgeSettings, 'scheme' | 'guidelines' | 'reference'>;

export function materialOf(problem: Problem, wanted: Wanted): Material {
  const { statement, scheme, guidelines, solutions } = problem;
  // A marking scheme that was published in words is one, though it has no parts.
  const rubric = scheme === undefined ? guidelines : schemeToMarkdown(scheme);
  const isShownAsScheme = wanted.scheme !== false && scheme === undefined;
  const missing = [
    ...(lacks(wanted.scheme, rubric) ? ['no scheme and no guidelines'] : []),
    ...(lacks(wanted.guidelines, guidelines) ? ['no guidelines'] : []),
    ...(lacks(wanted.reference, solutions[0]) ? ['no solution'] : []),
  ];
  if (missing.length > 0) return { ok: false, missing: missing.join(', and ') };
  return {
    ok: true,
    shown: {
      problem: statement,
      scheme: wanted.scheme === false ? undefined : rubric,
      guidelines: wanted.guidelines === false || isShownAsScheme ? undefined : guidelines,
      reference: wanted.reference === false ? undefined : solutions[0],
    },
  };
}

/**
 * A digest of everything of a problem that a grade may rest on. Records of grades are found by it, so that another
 * scheme, a mended statement or another gold answer is graded anew.
 */
export function gradingDigest(problem: Problem): string {
  const { statement, solutions, scheme, guidelines, answer } = problem;
  const parts = {
    statement,
    solutions,
    scheme: scheme ?? null,
    guidelines: guidelines ?? null,
    answer: answer ?? null,
  };
  return createHash('sha256')
    .update(canonicalJson(parts as unknown as Json))
    .digest('hex')
    .slice(0, 16);
}

function lacks(presence: Presence, text: string | undefined): boolean {
  return presence === true && (text === undefined || text.trim() === '');
}
