/** Where a row says it is from, in words: contest, source within the collection, path of a thread. */
import type { DataRow } from '../data-row.ts';

const tagsOfOrigin = ['contest', 'competition', 'exam', 'path', 'subset', 'level'];

/** Lower case, with single spaces between words of letters or digits. */
export function contestText({ tags }: DataRow): string {
  return tagsOfOrigin
    .flatMap((name) => (tags[name] === undefined ? [] : [plainWords(String(tags[name]))]))
    .join(' | ');
}

/** `AMC_12A` becomes `amc 12 a`. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/(\d)(?=[a-z])|([a-z])(?=\d)/g, '$1$2 ')
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim();
}

/** The first of the names that stands in the text as whole words. */
export function namedIn(text: string, names: readonly string[]): string | undefined {
  const padded = ` ${text} `;
  return names.find((name) => padded.includes(` ${plainWords(name)} `));
}
