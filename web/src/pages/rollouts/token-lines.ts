/**
 * Tokens laid out in lines of equal height, so that of fifty thousand only those in view are in the page. A line ends where the
 * text has a line's end, or where the next token has no room; a token that is longer than a line goes on in the next.
 */
export interface TokenPart {
  readonly token: number;
  readonly text: string;
}

export type TokenLine = readonly TokenPart[];

/** Shown in place of the end of a line, and of a token that ends within a character. */
const lineEnd = '↵';
const withinCharacter = '◦';

export function tokenLines(pieces: readonly string[], columns: number): TokenLine[] {
  const lines: TokenPart[][] = [];
  let line: TokenPart[] = [];
  let width = 0;
  const end = (): void => {
    lines.push(line);
    [line, width] = [[], 0];
  };
  const put = (token: number, text: string): void => {
    let rest = text;
    while (width + widthOf(rest) > columns) {
      if (width > 0) {
        end();
        continue;
      }
      const head = headOf(rest, columns);
      line.push({ token, text: head });
      rest = rest.slice(head.length);
      end();
    }
    if (rest === '') return;
    line.push({ token, text: rest });
    width += widthOf(rest);
  };
  for (const [token, piece] of pieces.entries()) {
    if (piece === '') {
      put(token, withinCharacter);
      continue;
    }
    const parts = piece.replaceAll('\r', '').split('\n');
    for (const [index, part] of parts.entries()) {
      if (index < parts.length - 1) {
        put(token, `${shown(part)}${lineEnd}`);
        end();
      } else if (part !== '') put(token, shown(part));
    }
  }
  if (line.length > 0) lines.push(line);
  return lines;
}

/** Tabs have a width of their own, and other control characters none that could be seen. */
function shown(text: string): string {
  return text.replaceAll('\t', '  ').replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/gu;

/** In columns: East Asian characters take two. */
function widthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether all is ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  return [...text].length + (text.match(wide)?.length ?? 0);
}

/** As many characters as fit, and one at least. */
function headOf(text: string, columns: number): string {
  let [head, width] = ['', 0];
  for (const character of text) {
    width += widthOf(character);
    if (head !== '' && width > columns) break;
    head += character;
  }
  return head;
}

/** The line that begins with a token or has a part of it. */
export function lineOfToken(lines: readonly TokenLine[], token: number): number {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.at(-1)?.token ?? -1) < token && lastTokenBefore(lines, middle) < token)
      low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low);
}

/** An empty line belongs to what is before it. */
function lastTokenBefore(lines: readonly TokenLine[], at: number): number {
  for (let line = at; line >= 0; line -= 1) {
    const last = lines[line]?.at(-1);
    if (last !== undefined) return last.token;
  }
  return -1;
}
