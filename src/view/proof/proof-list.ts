/** What a list of the proofs of a run is about, and how long it is. */
import type { Resource } from '../resource.ts';
import { proofListing, runsWithProofs } from './proof-listing.ts';

/** Rows on a page: well below a megabyte. */
export const rowsPerPage = 10_000;
/** Characters of a statement that a list shows and searches. */
const longestStatement = 400;

export const proofList: Resource<'runs/:run/proofs.json'> = {
  read: async (workplace, { run }) => {
    const { title, kind, systems, judges, problems, rows, empty } = await proofListing(workplace, run);
    return {
      ...{ title, kind, systems, judges, empty, rowsPerPage },
      problems: problems.map(({ id, statement }) => ({
        id,
        statement: statement.slice(0, longestStatement),
      })),
      count: rows.length,
      pages: Math.ceil(rows.length / rowsPerPage),
    };
  },
  instances: (workplace) => runsWithProofs(workplace).map((run) => ({ run })),
};
