/** A page of the list of proofs, column by column. */
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { safeName } from '../safe-name.ts';
import { rowsPerPage } from './proof-list.ts';
import { proofListing, runsWithProofs } from './proof-listing.ts';

export const proofRows: Resource<'runs/:run/proofs/rows/:page.json'> = {
  read: async (workplace, { run, page }) => {
    const { rows, judges } = await proofListing(workplace, run);
    const first = Number(page) * rowsPerPage;
    const own = rows.slice(first, first + rowsPerPage);
    if (!/^\d+$/.test(page) || own.length === 0)
      throw new NotFoundError(`there are ${rows.length} proofs in this run: no page ${page}`);
    return {
      ids: own.map(({ unit }) => safeName(unit)),
      problems: own.map(({ problem }) => problem),
      systems: own.map(({ system }) => system),
      attempts: own.map(({ attempt }) => attempt + 1),
      points: judges.map((_, judge) => own.map(({ points }) => points[judge] ?? null)),
      causes: judges.map((_, judge) => own.map(({ causes }) => causes[judge] ?? '')),
      tokens: own.map(({ tokens }) => tokens),
      finishes: own.map(({ finish }) => finish),
    };
  },
  instances: async function* (workplace) {
    for (const run of runsWithProofs(workplace)) {
      const { rows } = await proofListing(workplace, run);
      for (let page = 0; page * rowsPerPage < rows.length; page += 1) yield { run, page: String(page) };
    }
  },
};
