/** Problems from JSONL, one object of `problemSchema` a line, with unique ids. */
import { DataFileError, readNumberedJsonLines } from './json-lines.ts';
import { type Problem, problemSchema } from './problem.ts';

/** All problems of a file. Throws a DataFileError for a bad line or a repeated id, an Error for a file without any. */
export async function readProblems(file: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const lineOfId = new Map<string, number>();
  for await (const { line, item } of readNumberedJsonLines(file, problemSchema)) {
    const first = lineOfId.get(item.id);
    if (first !== undefined) {
      throw new DataFileError(
        file,
        line,
        `field id: ${item.id} stands on line ${first} too; ids must be unique`,
      );
    }
    lineOfId.set(item.id, line);
    problems.push(item);
  }
  if (problems.length === 0) throw new Error(`${file}: no problems; one JSON object a line is expected`);
  return problems;
}
