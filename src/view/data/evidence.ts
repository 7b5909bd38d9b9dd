/**
 * Where in a text the piece stands that gave a rule its reason. Rules tell it in one line: shortened with an ellipsis, spaces
 * folded, formulas left out as ◦, and often with a word of what it is before a colon.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Formulas are not longer than this between two pieces. */
const widestGap = 600;
/** Shorter pieces are found anywhere and show nothing. */
const shortest = 4;

/** The place of the whole piece, or undefined where it is not in the text. */
export function findEvidence(text: string, detail: string): Span | undefined {
  const { characters, places } = withoutSpaces(text);
  for (const candidate of candidates(detail)) {
    const pieces = candidate
      .split('◦')
      .map((piece) => withoutSpaces(piece).characters)
      .filter((piece) => piece !== '');
    if (pieces.join('').length < shortest) continue;
    const found = findPieces(characters, pieces);
    if (found !== undefined) {
      return toWords(text, { start: places[found.start] ?? 0, end: (places[found.end - 1] ?? 0) + 1 });
    }
  }
  return undefined;
}

/** The detail whole, and behind its first colon. */
function candidates(detail: string): string[] {
  const colon = detail.indexOf(': ');
  const behind = colon > 0 && colon < 40 ? [detail.slice(colon + 2)] : [];
  return [...behind, detail].map((text) => text.replace(/^…/, '').replace(/…$/, ''));
}

/** Rules cut anywhere; people read words. */
function toWords(text: string, { start, end }: Span): Span {
  const isLetter = (index: number): boolean => /\p{L}/u.test(text.charAt(index));
  let [from, to] = [start, end];
  while (from > 0 && isLetter(from) && isLetter(from - 1)) from -= 1;
  while (to < text.length && isLetter(to - 1) && isLetter(to)) to += 1;
  return { start: from, end: to };
}

function findPieces(text: string, pieces: readonly string[]): Span | undefined {
  const [first = '', ...rest] = pieces;
  for (let start = text.indexOf(first); start >= 0; start = text.indexOf(first, start + 1)) {
    let end = start + first.length;
    const isWhole = rest.every((piece) => {
      const at = text.indexOf(piece, end);
      if (at < 0 || at - end > widestGap) return false;
      end = at + piece.length;
      return true;
    });
    if (isWhole) return { start, end };
  }
  return undefined;
}

function withoutSpaces(text: string): { readonly characters: string; readonly places: readonly number[] } {
  let characters = '';
  const places: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (/\s/.test(character)) continue;
    characters += character;
    places.push(index);
  }
  return { characters, places };
}
