/**
 * A text without the characters that nobody can see: zero-width spaces and joiners, marks of direction, soft hyphens,
 * tag characters, variation selectors. They hide one text in another and mean nothing to mathematics. The joiners stay
 * between letters of scripts that are written with them.
 */
export function withoutInvisible(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}+/gu, (hidden, at: number) => {
    const isJoiner = hidden === '\u200c' || hidden === '\u200d';
    return isJoiner && needsJoiners.test(text.slice(Math.max(at - 1, 0), at)) ? hidden : '';
  });
}

const needsJoiners =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Khmer}\p{Script=Mongolian}]/u;
