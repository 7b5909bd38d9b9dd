/**
 * What a grader can note of how a proof is written, apart from its points: the qualitative side of the paper's human
 * evaluation, as short notes that can be counted by system. A pure list, for server and browser.
 */
export interface StyleNote {
  readonly id: string;
  readonly group: 'approach' | 'structure' | 'detail' | 'rigour' | 'writing';
  readonly label: string;
  readonly about: string;
}

export const styleNotes: readonly StyleNote[] = [
  {
    id: 'idea',
    group: 'approach',
    label: 'finds the idea',
    about: 'rests on an insight that makes it short',
  },
  {
    id: 'computes',
    group: 'approach',
    label: 'computes',
    about: 'coordinates, long expansions, brute force',
  },
  {
    id: 'cases',
    group: 'approach',
    label: 'many cases',
    about: 'splits into cases where one argument would do',
  },
  {
    id: 'clear',
    group: 'structure',
    label: 'clear structure',
    about: 'lemmas and steps announced and closed',
  },
  {
    id: 'rambles',
    group: 'structure',
    label: 'rambles',
    about: 'no thread; thinking aloud left in the text',
  },
  {
    id: 'restarts',
    group: 'structure',
    label: 'restarts',
    about: 'withdraws or corrects what it said before',
  },
  { id: 'terse', group: 'detail', label: 'terse', about: 'steps that a reader has to fill in' },
  { id: 'verbose', group: 'detail', label: 'verbose', about: 'repeats and spells out the obvious' },
  { id: 'honest', group: 'rigour', label: 'names its gaps', about: 'says what it does not prove' },
  { id: 'bluffs', group: 'rigour', label: 'bluffs', about: 'claims as clear what is not shown' },
  { id: 'cites', group: 'rigour', label: 'leans on citations', about: 'a quoted theorem carries the proof' },
  {
    id: 'notation',
    group: 'writing',
    label: 'notation trouble',
    about: 'symbols undefined, clashing or changed',
  },
  {
    id: 'format',
    group: 'writing',
    label: 'formatting trouble',
    about: 'broken TeX or Markdown, other languages',
  },
];
