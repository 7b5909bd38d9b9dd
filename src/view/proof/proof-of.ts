/** A proof whole: the problem with its scheme, the proof, and everything that judges and people made of it. */
import { markdownToHtml } from '../../prove/markdown-html.ts';
import { createMathematics } from '../../prove/mathematics.ts';
import type { Resource } from '../resource.ts';
import { safeHtml } from '../safe-html.ts';
import { fromSafeName, safeName } from '../safe-name.ts';
import { findProof } from './find-proof.ts';
import { peopleGrades, peopleRevision, queuesWith } from './people-grades.ts';
import { proofListing, runsWithProofs } from './proof-listing.ts';
import { problemView } from './scheme-view.ts';

/** Other attempts that are named. */
const mostSiblings = 64;
/** Characters of reasoning that go with the page; a rollout's tokens are beside its group, and a trace has the rest. */
const longestReasoning = 400_000;

export const proofOf: Resource<'runs/:run/proof/:id.json'> = {
  read: async (workplace, { run, id }) => {
    const mathematics = createMathematics();
    const found = await findProof(workplace, { run, id }, mathematics);
    const { problem, proof, reasoning, attempt, grades, ...rest } = found;
    return {
      ...rest,
      ...{ id, attempt: attempt + 1, problem: problemView(problem, mathematics) },
      proof: proof === undefined ? null : safeHtml(markdownToHtml(proof, mathematics, { headingLevel: 3 })),
      grades: [
        ...grades,
        ...(proof === undefined ? [] : peopleGrades(workplace, problem, proof, mathematics)),
      ],
      characters: proof?.length ?? 0,
      reasoning: reasoning === null || reasoning === '' ? null : reasoning.slice(0, longestReasoning),
      siblings: rest.kind === 'rollout' ? [] : await siblingsOf(workplace, run, fromSafeName(id) ?? ''),
      queues: proof === undefined ? [] : queuesWith(workplace, problem, proof),
    };
  },
  revision: async (workplace, { run }) => `${await workplace.revision(run)} ${peopleRevision(workplace)}`,
  // Of rollouts a static site has tokens and grades with their groups; a page for each would be most of it.
  instances: async function* (workplace) {
    for (const run of runsWithProofs(workplace)) {
      for (const { unit } of (await proofListing(workplace, run)).rows) yield { run, id: safeName(unit) };
    }
  },
};

async function siblingsOf(workplace: Parameters<typeof proofListing>[0], run: string, unit: string) {
  const { rows } = await proofListing(workplace, run);
  const own = rows.find((row) => row.unit === unit);
  return rows
    .filter(({ problem, system }) => problem === own?.problem && system === own.system)
    .slice(0, mostSiblings)
    .map((row) => ({ id: safeName(row.unit), attempt: row.attempt + 1, points: row.points.at(-1) ?? null }));
}
