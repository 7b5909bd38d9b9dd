/**
 * What a gold answer looks like, for tables: numbers can be compared without a judge, words and formulas with
 * variables hardly. This is a label, not a checker.
 */
export type AnswerKind = 'integer' | 'rational' | 'constant' | 'several' | 'symbolic';

export function answerKindOf(answer: string): AnswerKind {
  const text = answer
    .trim()
    .replaceAll(/^\$+|\$+$|\.$/g, '')
    .replaceAll(/\\[,;:! ]/g, '')
    .trim();
  if (/^[-+]?\d+$/.test(text)) return 'integer';
  if (/^[-+]?(?:\d+\/\d+|\d+\.\d+|\\[dt]?frac\s*(?:\{-?\d+\}\s*\{\d+\}|\d\d))$/.test(text)) return 'rational';
  if (hasSeveralParts(text)) return 'several';
  // Commands are no variables, but for those that name one.
  const letters = text
    .replaceAll(/\\(?:[dt]?frac|sqrt|cdot|times|pi|left|right|binom|circ|text)\b/g, '')
    .match(/[a-zA-Z\\]/g);
  return letters === null ? 'constant' : 'symbolic';
}

/** A comma or "or" outside brackets, or a point, interval or set in brackets. */
function hasSeveralParts(text: string): boolean {
  if (/\band\b|\bor\b|\\cup|\n/.test(text)) return true;
  const flat = text.replaceAll(/\{[^{}]*\}/g, '');
  return flat.includes(',');
}
