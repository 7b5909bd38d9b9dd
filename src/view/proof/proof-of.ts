/** A proof whole: the problem with its scheme, the proof, and everything that judges and people made of it. */
import { markdownToHtml } from '../../prove/markdown-html.ts';
import { createMathematics } from '../../prove/mathematics.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { safeHtml } from '../safe-html.ts';
import { fromSafeName, safeName } from '../safe-name.ts';
import { findBenchProof } from './find-bench-proof.ts';
import { findEvaluationProof } from './find-evaluation-proof.ts';
import { findProveProof } from './find-prove-proof.ts';
import { findRolloutProof } from './find-rollout-proof.ts';
import type { FindProof } from './found-proof.ts';
import { peopleGrades, peopleRevision } from './people-grades.ts';
import { proofListing, runsWithProofs } from './proof-listing.ts';
import { problemView } from './scheme-view.ts';

const finders: readonly (readonly [prefix: string, find: FindProof])[] = [
  ['bench/', findBenchProof],
  ['prove/', findProveProof],
  ['evaluate/', findEvaluationProof],
  ['rl/', findRolloutProof],
  ['rc/', findRolloutProof],
];
/** Other attempts that are named. */
const mostSiblings = 64;
/** Characters of reasoning that go with the page; a rollout's tokens are beside its group, and a trace has the rest. */
const longestReasoning = 400_000;

export const proofOf: Resource<'runs/:run/proof/:id.json'> = {
  read: async (workplace, { run, id }) => {
    const unit = fromSafeName(id) ?? '';
    const [, find] = finders.find(([prefix]) => unit.startsWith(prefix)) ?? [];
    if (find === undefined) throw new NotFoundError(`${id} names no proof`);
    const mathematics = createMathematics();
    const place = workplace.run(run);
    const { problem, proof, reasoning, attempt, grades, ...rest } = await find(
      workplace,
      place,
      unit,
      mathematics,
    );
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
      siblings: rest.kind === 'rollout' ? [] : await siblingsOf(workplace, run, unit),
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
