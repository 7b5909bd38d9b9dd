/**
 * The explicit proof section of an answer (paper, section 2.3: completions without one are not trained on), by these
 * rules. It begins at the first line that is
 *
 * 1. a heading: nothing but "Proof" or "Solution", perhaps with one of a few adjectives before it ("Complete proof") and a
 *    remark in parentheses after it, marked by number signs, bold, an underline, a colon, or standing alone; a heading
 *    that is marked by number signs or bold may go on with "of …";
 * 2. a paragraph that begins with "Proof." or "Proof:" (or Solution), in bold, italics or plain;
 * 3. `\begin{proof}`, and then it ends at `\end{proof}`.
 *
 * It ends before a heading that begins the author's assessment of it (self-evaluation, verification notes), else with the
 * answer. It must have some text. Words inside a sentence begin or end nothing.
 */
import { withoutReasoning } from '../../prompt/read-boxed.ts';
import type { Reading } from '../../prompt/reading.ts';

const adjectives = 'complete|full|final|formal|rigorous|detailed|written|clean';
const section = new RegExp(`^(?:the |a )?(?:(?:${adjectives}) )?(?:proof|solution)$`);
const markedSection = new RegExp(`^(?:the |a )?(?:(?:${adjectives}) )?(?:proof|solution)(?: of .+)?$`);
const assessment = /^(?:self[ -]?(?:evaluation|assessment|check)|evaluation|assessment|rating)$/;
/** A paragraph's first words: `**Proof.** Let`, `*Proof*. Let`, `Proof: Let`. */
const lead =
  /^\s*(?:\*{1,3}|_{1,3})?(?:Proof|Solution)(?:[.:](?:\*{1,3}|_{1,3})?|(?:\*{1,3}|_{1,3})[.:])\s*\S/;
const texBegin = /^\s*\\begin\{proof\}/;
const texEnd = /\\end\{proof\}/;

export function proofSection(answer: string): Reading<string> {
  const lines = withoutReasoning(answer).split('\n');
  const start = lines.findIndex(
    (line) => isHeading(line, 'section') || lead.test(line) || texBegin.test(line),
  );
  const first = lines[start];
  if (first === undefined) return { ok: false, complaint: 'no heading and no paragraph begins a proof' };
  if (texBegin.test(first)) {
    const rest = [first.replace(texBegin, ''), ...lines.slice(start + 1)].join('\n');
    const end = rest.search(texEnd);
    if (end === -1) return { ok: false, complaint: '\\begin{proof} has no end' };
    return some(rest.slice(0, end));
  }
  const isBare = isHeading(first, 'section');
  const from = isBare ? start + 1 : start;
  const end = lines.findIndex((line, at) => at > start && isHeading(line, 'assessment'));
  const own = lines.slice(from, end === -1 ? undefined : end);
  // What underlines a heading is part of it.
  return some(own.slice(isBare && /^\s*(?:=+|-{3,})\s*$/.test(own[0] ?? '') ? 1 : 0).join('\n'));
}

function some(text: string): Reading<string> {
  const value = text.trim();
  return value === '' ? { ok: false, complaint: 'the proof section is empty' } : { ok: true, value };
}

function isHeading(line: string, kind: 'section' | 'assessment'): boolean {
  const tex = /^\s*\\(?:sub)*section\*?\{([^{}]*)\}\s*$/.exec(line)?.[1];
  const isMarked = tex !== undefined || /^\s*(?:#{1,6}\s|\*\*[^*]+\*\*\W*$|__[^_]+__\W*$)/.test(line);
  if (!isMarked && !/^\s*[A-Z]/.test(line)) return false;
  const words = (tex ?? line)
    .replace(/\([^()]*\)\W*$/, '')
    .replaceAll(/^[\s#*_\d.]+|[\s#*_:.]+$/g, '')
    .toLowerCase();
  if (kind === 'assessment') return assessment.test(words);
  return (isMarked ? markedSection : section).test(words);
}
