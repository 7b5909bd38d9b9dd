/** The systems that a selection means, each once, in its order. Throws a NotFoundError that says what there is. */
import { NotFoundError } from '../not-found-error.ts';
import type { Workplace } from '../workplace.ts';
import { findSystems, type SystemSource } from './find-systems.ts';
import { readSelection, type SelectionItem } from './selection.ts';

export const mostCompared = 24;

export async function selectSystems(workplace: Workplace, name: string): Promise<readonly SystemSource[]> {
  const items = readSelection(name);
  if (items === undefined)
    throw new NotFoundError('this address names no systems to compare; choose them anew');
  const { systems } = await findSystems(workplace);
  const chosen: SystemSource[] = [];
  const seen = new Set<string>();
  for (const item of items) {
    const found = systems.flatMap((source) => match(source, item) ?? []);
    if (found.length === 0) throw new NotFoundError(missing(item, systems));
    for (const source of found) {
      const identity = JSON.stringify(source);
      if (!seen.has(identity)) chosen.push(source);
      seen.add(identity);
    }
  }
  if (chosen.length > mostCompared) {
    throw new NotFoundError(
      `${chosen.length} systems are too many to compare at once, since tests and their correction are over all pairs; choose at most ${mostCompared}`,
    );
  }
  return chosen;
}

function match(source: SystemSource, item: SelectionItem): SystemSource | undefined {
  if (item.kind === 'suite') return source.suite === item.suite ? source : undefined;
  if (item.path !== source.path) return undefined;
  if (item.kind === 'run') return source;
  if (item.kind === 'judge') return source.kind === 'bench' ? { ...source, judge: item.judge } : undefined;
  const isMeant =
    source.kind === 'recipe' && source.checkpoint === item.checkpoint && source.evaluated === item.scaffold;
  return isMeant ? source : undefined;
}

function missing(item: SelectionItem, systems: readonly SystemSource[]): string {
  if (item.kind === 'suite') {
    const suites = [...new Set(systems.map(({ suite }) => suite))];
    return `nothing was run on ${item.suite}; there ${suites.length === 0 ? 'is no suite with runs' : `are runs on ${suites.join(', ')}`}`;
  }
  const own = systems.filter(({ path }) => path === item.path);
  if (own.length === 0)
    return `${item.path} is no benchmark run and no recipe run with evaluations below this folder`;
  const there = own.map(({ model, scaffold }) => `${model} with ${scaffold}`).join(', ');
  return item.kind === 'evaluation'
    ? `${item.path} has no evaluation of ${item.checkpoint} with ${item.scaffold}; there are ${there}`
    : `${item.path} was graded by no ${item.kind === 'judge' ? item.judge : 'judge'}; there are ${there}`;
}
