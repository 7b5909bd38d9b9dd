/** The finished attempts of a prove run; those at a problem that the directory does not hold are left out. */
import { systemOfFile } from '../proof/identity-file.ts';
import { provenProblems } from '../proof/proven-problems.ts';
import type { Workplace } from '../workplace.ts';
import type { Candidate } from './candidate.ts';

export async function proveCandidates(workplace: Workplace, run: string): Promise<Candidate[]> {
  const { directory, path: shown } = workplace.run(run);
  const problems = await provenProblems(directory);
  const system = systemOfFile(directory, 'prove.json').name;
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
