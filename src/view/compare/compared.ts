/** Chosen systems side by side, their problems, and the tables as files. */
import type { Names } from '../api/api.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import type { Workplace } from '../workplace.ts';
import { keyOfSource } from './compared-suite.ts';
import { comparisonOf, comparisonRevision } from './comparisons.ts';
import { decodedComparison, decodedFiles, decodedPage } from './encoded-comparison.ts';
import { findSystems } from './find-systems.ts';
import { mostCompared } from './select-systems.ts';
import { keyOf, selectionOf } from './selection.ts';

type OfSystems = { readonly systems: string };

const revision = async (workplace: Workplace, { systems }: OfSystems): Promise<string> =>
  await comparisonRevision(workplace, systems);

export const comparedSystems: Resource<'compare/:systems/comparison.json'> = {
  read: async (workplace, { systems }) => decodedComparison(await comparisonOf(workplace, systems)),
  revision,
  async *instances(workplace) {
    for (const systems of await selections(workplace)) yield { systems };
  },
};

export const comparisonFiles: Resource<'compare/:systems/files.json'> = {
  read: async (workplace, { systems }) => decodedFiles(await comparisonOf(workplace, systems)),
  revision,
  async *instances(workplace) {
    for (const systems of await selections(workplace)) yield { systems };
  },
};

export const comparedProblemPage: Resource<'compare/:systems/problems/:suite/:page.json'> = {
  async read(workplace, { systems, suite, page }) {
    const computed = await comparisonOf(workplace, systems);
    const found = decodedPage(computed, Number(suite), Number(page));
    if (found !== undefined) return found;
    throw new NotFoundError(
      `this comparison has ${computed.problems.length} suites, and of suite ${suite} ${computed.problems[Number(suite)]?.length ?? 0} pages of problems`,
    );
  },
  revision,
  async *instances(workplace) {
    for (const systems of await selections(workplace)) {
      const { problems } = await comparisonOf(workplace, systems);
      for (const [suite, pages] of problems.entries()) {
        for (const page of pages.keys()) {
          const names: Names<'compare/:systems/problems/:suite/:page.json'> = {
            systems,
            suite: `${suite}`,
            page: `${page}`,
          };
          yield names;
        }
      }
    }
  },
};

/** Suites of which pairs are exported, at most by so many systems: pairs grow with the square. */
const mostPaired = 8;

/** What the static site has: every suite whole, every run, and every two systems of a suite with few. */
async function selections(workplace: Workplace): Promise<string[]> {
  const { systems } = await findSystems(workplace);
  const names = new Set<string>();
  for (const [suite, own] of Map.groupBy(systems, (system) => system.suite)) {
    if (own.length <= mostCompared) names.add(keyOf({ kind: 'suite', suite }));
    for (const { path } of own) names.add(keyOf({ kind: 'run', path }));
    if (own.length > mostPaired) continue;
    const keys = own.map(keyOfSource);
    for (const [index, first] of keys.entries()) {
      names.add(first);
      for (const second of keys.slice(index + 1)) names.add(selectionOf([first, second]));
    }
  }
  return [...names];
}
