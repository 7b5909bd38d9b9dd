/**
 * The problems of a run of `qed prove`, by their numbers: those that the directory holds as data, else those that stand in the
 * Markdown that the run wrote of each.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readRunProblems } from '../../bench/run-files.ts';
import { type Problem, problemSchema } from '../../problems/problem.ts';

export async function provenProblems(directory: string): Promise<ReadonlyMap<number, Problem>> {
  if (existsSync(path.join(directory, 'data', 'problems.jsonl'))) {
    return new Map((await readRunProblems(directory)).map((problem, number) => [number, problem]));
  }
  const folder = path.join(directory, 'proofs');
  const files = (existsSync(folder) ? readdirSync(folder) : []).map((name) => path.join(folder, name));
  const problems = new Map<number, Problem>();
  // A run of one problem has its proof at the top.
  for (const file of [path.join(directory, 'proof.md'), ...files]) {
    const number =
      path.dirname(file) === directory ? 1 : Number(/^(\d+)-.*\.md$/.exec(path.basename(file))?.[1]);
    const problem = number > 0 && existsSync(file) ? problemIn(readFileSync(file, 'utf8')) : undefined;
    if (problem !== undefined) problems.set(number - 1, problem);
  }
  return problems;
}

/** What stands between the title, which is the id, and the first proof. */
function problemIn(markdown: string): Problem | undefined {
  const [, id, statement] = /^# (.+)\n\n([\s\S]*?)\n\n## Proof(?: 1)?\n/.exec(markdown) ?? [];
  if (id === undefined || statement === undefined || statement.trim() === '') return undefined;
  return problemSchema.parse({ id, statement });
}
