/**
 * Contest and year from a source in words, such as "(Modified) Balkan MO 2023, P1": what tables group by. A source
 * that names two years, or none, has no year.
 */
export interface ContestTags {
  readonly contest?: string;
  readonly year?: number;
  readonly modified?: true;
}

export function contestOf(source: string): ContestTags {
  const isModified = /\(\s*modified\s*\)/i.test(source);
  const plain = source.replaceAll(/\([^)]*\)/g, ' ');
  const years = [...plain.matchAll(/\b(?:19|20)\d\d\b/g)].map(([year]) => Number(year));
  // What follows the year, or the first comma, is a round or a number; a year may also come first.
  const [before = ''] = plain.split(/\b(?:19|20)\d\d\b|,/);
  const contest = wordsOf(before) || wordsOf((plain.split(/\b(?:19|20)\d\d\b/)[1] ?? '').split(',')[0] ?? '');
  const [year, second] = years;
  return {
    ...(contest === '' ? {} : { contest }),
    ...(year === undefined || second !== undefined ? {} : { year }),
    ...(isModified ? { modified: true } : {}),
  };
}

function wordsOf(text: string): string {
  return text
    .replaceAll(/\b(?:P|Problem\s+)\d+\b/g, ' ')
    .replaceAll(/[\s/.-]+$/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
