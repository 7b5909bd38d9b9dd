/**
 * What lies beside the journal of a run of `qed prove` or `qed bench`, so that the directory says by itself what it worked
 * on: the problems as they were given, tags, guidelines and answers included.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import type { Problem } from '../problems/problem.ts';
import { readProblems } from '../problems/problem-file.ts';

const problemsFile = path.join('data', 'problems.jsonl');

/** Writes the problems where they are not there yet; a run goes on only with the same ones. */
export async function writeProblems(directory: string, problems: readonly Problem[]): Promise<void> {
  const file = path.join(directory, problemsFile);
  if (existsSync(file)) return;
  const { mkdir } = await import('node:fs/promises');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFileAtomic(file, problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
}

/** The problems of a run. Throws a DataFileError, or an Error where there is no such file. */
export async function readRunProblems(directory: string): Promise<Problem[]> {
  return await readProblems(path.join(directory, problemsFile));
}
