/**
 * What of a text is words and what is mathematics, for rules that judge the words. Tolerant of broken TeX: what is
 * opened and not closed within a paragraph counts as words.
 */

const mathEnvironments =
  'align|aligned|equation|gather|gathered|multline|eqnarray|array|cases|split|flalign|alignat|matrix|[bpvBV]matrix';

const mathematics = new RegExp(
  [
    String.raw`\\begin\{((?:${mathEnvironments})\*?)\}[\s\S]*?\\end\{\1\}`,
    String.raw`\$\$[\s\S]*?\$\$`,
    String.raw`\\\[[\s\S]*?\\\]`,
    String.raw`\\\((?:[^\\]|\\(?!\)))*\\\)`,
    String.raw`(?<!\\)\$(?:[^$\\\n]|\\[\s\S]|\n(?!\s*\n))*\$`,
  ].join('|'),
  'g',
);

/** The text with `◦` where mathematics was, and without drawings, links and TeX commands. */
export function proseOf(text: string): string {
  // Scans have ligatures, such as the one in "find", which are no letters of the words.
  return withoutDrawings(text.replaceAll(/[\uFB00-\uFB06]/gu, (ligature) => ligature.normalize('NFKC')))
    .replaceAll(/!\[[^\]]*\]\([^)]*\)|https?:\/\/\S+/g, ' ')
    .replaceAll(mathematics, ' ◦ ')
    .replaceAll(/\\(?:begin|end)\{[^}]*\}|\\[a-zA-Z]+\*?/g, ' ')
    .replaceAll(/[{}]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The text without the programs of its Asymptote drawings. */
export function withoutDrawings(text: string): string {
  return text.replaceAll(/\[asy\][\s\S]*?(?:\[\/asy\]|$)/gi, ' ');
}

/** Whether most of the letters are Chinese characters, of which a sentence needs few. */
export function isChinese(text: string): boolean {
  const prose = proseOf(text);
  return 2 * (prose.match(/\p{Script=Han}/gu)?.length ?? 0) > (prose.match(/\p{Letter}/gu)?.length ?? 0);
}

/** Words of two letters and more. */
export function wordsOf(prose: string): string[] {
  return prose.match(/\p{Letter}[\p{Letter}'’-]+/gu) ?? [];
}

/** Characters that are not white space. */
export function sizeOf(text: string): number {
  return text.length - (text.match(/\s/g)?.length ?? 0);
}

/** A match with what stands around it, on one line, for a person who checks it. */
export function around(text: string, index: number, length: number, context = 30): string {
  const from = Math.max(0, index - context);
  const to = Math.min(text.length, index + length + context);
  const cut = text.slice(from, to).replaceAll(/\s+/g, ' ').trim();
  return `${from > 0 ? '…' : ''}${cut}${to < text.length ? '…' : ''}`;
}

/** The first match of any of the patterns, with what stands around it. */
export function firstMatch(text: string, patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return around(text, match.index, Math.min(match[0].length, 120));
  }
  return undefined;
}
