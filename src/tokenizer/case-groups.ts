/**
 * Writes out groups like `(?i:'s|'re)` of an Oniguruma expression for a matcher that folds case in ASCII only:
 * Oniguruma's also takes U+017F for an s and U+212A for a k. What folds to two letters is an Error.
 */

/** Two letters that one character stands for when case is ignored (ß, ﬁ, ﬆ and their like). */
const foldsToOne = /ss|st|ff|fi|fl/i;

/** The expression with every letter of its `(?i:…)` groups as a class of what matches it. */
export function withoutCaseGroups(source: string): string {
  return source.replace(
    /\(\?i:((?:\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|[^()\\[\]])*)\)/g,
    (_, body: string) => {
      if (foldsToOne.test(body))
        throw new Error(`(?i:${body}) is not computed: two of its letters are also one`);
      return `(?:${foldBody(body)})`;
    },
  );
}

function foldBody(body: string): string {
  let folded = '';
  let inClass = false;
  for (let i = 0; i < body.length; i += 1) {
    const character = body.charAt(i);
    if (character === '\\') {
      const escaped = /^\\(?:[pP]\{[^}]*\}|[\s\S])/.exec(body.slice(i))?.[0] ?? character;
      folded += escaped;
      i += escaped.length - 1;
    } else if (inClass && body.charAt(i + 1) === '-' && body.charAt(i + 2) !== ']') {
      throw new Error(`(?i:${body}) is not computed: it has a range of characters`);
    } else {
      if (character === '[') inClass = true;
      if (character === ']') inClass = false;
      const forms = formsOf(character);
      folded += forms.length === 1 || inClass ? forms : `[${forms}]`;
    }
  }
  return folded;
}

function formsOf(character: string): string {
  if (!/[A-Za-z]/.test(character)) return character;
  const lower = character.toLowerCase();
  const other = lower === 's' ? '\u017f' : lower === 'k' ? '\u212a' : '';
  return lower + lower.toUpperCase() + other;
}
