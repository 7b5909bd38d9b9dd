/** Statements in another language than those wanted: by script, by the commonest words, else by what the source says. */
import { proseOf, wordsOf } from '../prose.ts';
import type { RowRule } from '../rule.ts';

const scripts: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
];

const commonWords: Readonly<Record<string, string>> = {
  en: 'the of and is to in that be are for with let prove find show all such each on by at an from if there then which what how has have two points can not it as',
  fr: 'le la les des du et est que dans un une on pour tous tout par sur soit soient montrer avec trouver nombre deux',
  de: 'der die das und ist ein eine von mit für man dass sei seien den dem zeige alle auf bei wird genau zwei',
  es: 'el la los las de y es que en un una por para con se sea sean todos todo tal demostrar demuestre hallar dos puntos',
  pt: 'o os as de e que em um uma por para com se seja sejam todos tal prove dois pontos determine não ao dos',
  it: 'il lo la i gli le di e che in un una per con si sia siano tutti dimostrare trovare due punti',
  ro: 'să se și este că în un o pentru cu fie arătați arate care din numere toate două astfel determinați',
  pl: 'i w na z że jest dla liczb oraz niech wykaż udowodnij wszystkie się punkt dwa',
  nl: 'de het een van en is dat in met voor bewijs zijn alle op te twee zij',
  hu: 'a az és hogy egy van ha bizonyítsuk legyen minden két pont',
  tr: 've bir bu için ile olan tüm olsun gösteriniz kaç her iki',
  vi: 'và của là cho một có các với chứng minh rằng tìm số',
  id: 'dan yang di dari adalah untuk dengan buktikan bilangan jika semua dua titik',
};
const wordSets = Object.entries(commonWords).map(
  ([language, words]) => [language, new Set(words.split(' '))] as const,
);

export const language: RowRule = {
  of: 'row',
  reason: 'language',
  title: 'a statement in another language',
  find({ statement, tags }, { languages }) {
    const prose = proseOf(statement);
    const found = languageOf(prose) ?? (typeof tags.language === 'string' ? tags.language : undefined);
    if (found === undefined || languages.includes(found)) return undefined;
    return `${found}: ${prose.slice(0, 60)}`;
  },
};

/** Undefined where there are too few words to tell. */
export function languageOf(prose: string): string | undefined {
  const letters = prose.match(/\p{Letter}/gu)?.length ?? 0;
  for (const [code, pattern] of scripts) {
    const count = prose.match(pattern)?.length ?? 0;
    if (count >= 4 && count > letters / 5) return code;
  }
  const words = wordsOf(prose).map((word) => word.toLowerCase());
  const single = prose.toLowerCase().match(/(?<=\s)\p{Letter}(?=\s)/gu) ?? [];
  // Each word once: one that several languages share says little, however often it stands there.
  const distinct = [...new Set([...words, ...single])];
  const hits = wordSets
    .map(([code, set]) => [code, distinct.filter((word) => set.has(word)).length] as const)
    .sort((a, b) => b[1] - a[1]);
  const [first, second] = hits;
  if (first === undefined || second === undefined || words.length < 4 || first[1] < 3) return undefined;
  return first[1] >= 1.3 * second[1] ? first[0] : undefined;
}
