/**
 * A part of a suite: `category=Geometry,level=IMO-easy|IMO-hard,limit=10,seed=3`. A limit takes a sample that
 * depends on seed and ids alone, so that a larger limit keeps the problems of a smaller one, whatever else changes.
 */
import { seedFrom, uniformAt } from '../../stats/random.ts';
import type { Problem } from '../problem.ts';
import { SuiteError } from './suite-error.ts';

export interface SuiteFilter {
  /** By tag, the values of which one must match; letter case does not matter. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly ids?: readonly string[];
  readonly limit?: number;
  /** Of the sample that a limit takes; 0 if not given. */
  readonly seed?: number;
}

export const filterForm =
  'a filter is written category=Geometry,level=IMO-easy|IMO-hard with tags of the suite, ids=ID|ID, limit=N and seed=N';

/** Throws a SuiteError. */
export function parseSuiteFilter(text: string): SuiteFilter {
  const tags: Record<string, string[]> = {};
  let filter: SuiteFilter = {};
  for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
    const [, name = '', value = ''] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    const values = value.split('|').map((one) => one.trim());
    if (name === '' || values.includes('')) throw new SuiteError(`${part.trim()}: ${filterForm}`);
    if (name === 'limit' || name === 'seed') filter = { ...filter, [name]: wholeNumber(name, value) };
    else if (name === 'ids' || name === 'id') filter = { ...filter, ids: [...(filter.ids ?? []), ...values] };
    else tags[name] = [...(tags[name] ?? []), ...values];
  }
  return Object.keys(tags).length === 0 ? filter : { ...filter, tags };
}

function wholeNumber(name: string, text: string): number {
  const least = name === 'limit' ? 1 : 0;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new SuiteError(`${name}=${text}: a whole number of at least ${least} is expected`);
}

/** Problems that match, in their order. Throws a SuiteError where a filter can match nothing, saying what could. */
export function filterProblems(problems: readonly Problem[], filter: SuiteFilter): readonly Problem[] {
  let kept = problems;
  for (const [name, wanted] of Object.entries(filter.tags ?? {})) {
    const tag = tagNamed(name, problems);
    checkValues(tag, wanted, problems);
    const folded = new Set(wanted.map((value) => value.toLowerCase()));
    kept = kept.filter(({ tags }) => tags[tag] !== undefined && folded.has(`${tags[tag]}`.toLowerCase()));
  }
  if (filter.ids !== undefined) kept = withIds(kept, filter.ids, problems);
  if (kept.length === 0) throw new SuiteError(`no problem matches all of the filter at once; ${filterForm}`);
  return filter.limit === undefined ? kept : sample(kept, filter.limit, filter.seed ?? 0);
}

function tagNamed(name: string, problems: readonly Problem[]): string {
  const known = new Set(problems.flatMap(({ tags }) => Object.keys(tags)));
  const found = [...known].find((tag) => tag.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const tags = known.size === 0 ? 'it has no tags' : `its tags are ${[...known].sort().join(', ')}`;
  throw new SuiteError(`${name}: no problem of the suite has this tag; ${tags}`);
}

function checkValues(tag: string, wanted: readonly string[], problems: readonly Problem[]): void {
  const values = [
    ...new Set(problems.flatMap(({ tags }) => (tags[tag] === undefined ? [] : `${tags[tag]}`))),
  ];
  const folded = new Set(values.map((value) => value.toLowerCase()));
  const unknown = wanted.find((value) => !folded.has(value.toLowerCase()));
  if (unknown === undefined) return;
  const shown = values.sort().slice(0, 30).join(', ');
  throw new SuiteError(
    `${tag}=${unknown}: no problem has it; there are ${shown}${values.length > 30 ? ', …' : ''}`,
  );
}

function withIds(
  kept: readonly Problem[],
  ids: readonly string[],
  all: readonly Problem[],
): readonly Problem[] {
  const known = new Set<string>(all.map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new SuiteError(`ids=${unknown.join('|')}: the suite has no such problem`);
  return kept.filter(({ id }) => ids.includes(id));
}

function sample(problems: readonly Problem[], limit: number, seed: number): readonly Problem[] {
  const drawOf = new Map(
    problems.map((problem) => [problem, uniformAt(seedFrom('suite-sample', seed, problem.id), 0)]),
  );
  const byDraw = [...problems].sort(
    (a, b) => (drawOf.get(a) ?? 0) - (drawOf.get(b) ?? 0) || (a.id < b.id ? -1 : 1),
  );
  const chosen = new Set(byDraw.slice(0, limit));
  return problems.filter((problem) => chosen.has(problem));
}
