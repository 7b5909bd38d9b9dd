/**
 * The finished attempts of a prove run. The journal has their proofs; the problems stand in the Markdown that the run wrote of each,
 * and attempts at a problem whose file is not there are left out.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Problem, problemSchema } from '../../problems/problem.ts';
import type { Workplace } from '../workplace.ts';
import type { Candidate } from './candidate.ts';
import { systemOfRun } from './system-of-run.ts';

export async function proveCandidates(workplace: Workplace, run: string): Promise<Candidate[]> {
  const { directory, path: shown } = workplace.run(run);
  const problems = problemsOf(directory);
  const system = systemOfRun(directory, 'prove.json');
  return await workplace.journal(run, async (journal) => {
    const candidates: Candidate[] = [];
    for await (const { key, value } of journal.values('prove/finished')) {
      const [, number, attempt] = /^prove\/(\d+)\/(\d+)$/.exec(key) ?? [];
      const problem = problems.get(Number(number));
      if (problem === undefined) continue;
      const { proof } = value as { readonly proof: string | null };
      const place = `attempt ${Number(attempt) + 1}`;
      candidates.push({
        id: `${shown}#${number}/${attempt}`,
        ...{ problem, system, judges: [], people: [] },
        from: `${shown}, ${problem.id}, ${place}`,
        read: async () => ({ proof, reports: [] }),
      });
    }
    return candidates;
  });
}

/** By number, from 0. */
function problemsOf(directory: string): Map<number, Problem> {
  const problems = new Map<number, Problem>();
  const folders = [path.join(directory, 'proofs'), directory];
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      const [, number = folder === directory && name === 'proof.md' ? '1' : undefined] =
        /^(\d+)-.*\.md$/.exec(name) ?? [];
      if (number === undefined || problems.has(Number(number) - 1)) continue;
      const problem = problemIn(readFileSync(path.join(folder, name), 'utf8'));
      if (problem !== undefined) problems.set(Number(number) - 1, problem);
    }
  }
  return problems;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What stands between the title, which is the id, and the first proof. */
function problemIn(markdown: string): Problem | undefined {
  const [, id, statement] = /^# (.+)\n\n([\s\S]*?)\n\n## Proof(?: 1)?\n/.exec(markdown) ?? [];
  return id === undefined || statement === undefined || statement.trim() === ''
    ? undefined
    : problemSchema.parse({ id, statement });
}
