/** Problems from JSONL, one object of `problemSchema` a line, with unique ids. */
import { readJsonLines } from './json-lines.ts';
import { type Problem, problemSchema } from './problem.ts';

/** All problems of a file. Throws a DataFileError for a bad line and an Error for a repeated id or an empty file. */
export async function readProblems(file: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for await (const problem of readJsonLines(file, problemSchema)) {
    if (seen.has(problem.id))
      throw new Error(`${file}: problem id ${problem.id} occurs twice; ids must be unique`);
    seen.add(problem.id);
    problems.push(problem);
  }
  if (problems.length === 0) throw new Error(`${file}: no problems; one JSON object a line is expected`);
  return problems;
}
