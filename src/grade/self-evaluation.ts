/**
 * Scaffolds that ask for a self-evaluation get it after the proof, and a judge should not be swayed by it. Only a final
 * section is removed, and only one whose heading says that the text evaluates itself: "Evaluation of the sum" is
 * mathematics, and so is "Evaluation" unless a rating stands under it. What was removed is told.
 */
export interface WithoutSelfEvaluation {
  readonly proof: string;
  /** Undefined when nothing was. */
  readonly removed: { readonly heading: string; readonly characters: number } | undefined;
}

const heading = /^[ \t]{0,3}(?:(#{1,6})[ \t]+(.+?)[ \t]*#*|(\*\*|__)(.+?)\3[ \t]*:?)[ \t]*$/gm;
const clearly =
  /^(?:final )?self[- ]?(?:evaluation|assessment|critique|review|grading|verification)(?: of (?:the|my|this) (?:proof|solution|answer))?$/;
const perhaps =
  /^(?:my |final |honest )?(?:evaluation|assessment)(?: of (?:the|my|this) (?:proof|solution|answer))?$/;
const rating = /\\boxed\{\s*(?:0|0?\.5|1|[2-7])\s*\}|\b(?:score|rating|grade|rate)\b/i;

export function withoutSelfEvaluation(text: string): WithoutSelfEvaluation {
  const kept: WithoutSelfEvaluation = { proof: text, removed: undefined };
  const headings = [...text.matchAll(heading)].map(({ 0: line, 1: signs, 2: atx, 4: bold, index }) => ({
    index,
    line: line.trim(),
    // A line in bold ranks below every heading.
    level: signs?.length ?? 7,
    name: nameOf(atx ?? bold ?? ''),
  }));
  for (const [place, { index, line, level, name }] of headings.entries()) {
    const after = headings.slice(place + 1);
    if (after.some((later) => later.level <= level)) continue;
    const section = text.slice(index);
    if (!clearly.test(name) && !(perhaps.test(name) && rating.test(section))) continue;
    const proof = text.slice(0, index).trimEnd();
    // A text that is nothing else is for the judge to see.
    if (proof === '') return kept;
    return { proof, removed: { heading: line, characters: text.length - proof.length } };
  }
  return kept;
}

/** Without numbering, emphasis and a colon, in small letters. */
function nameOf(words: string): string {
  return words
    .replaceAll(/[*_`]/g, '')
    .replace(/^(?:(?:section|part|step)\s+)?(?:\d+|[ivx]+)[.):]\s*/i, '')
    .replace(/[:.]$/, '')
    .replaceAll(/[‐-―]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
