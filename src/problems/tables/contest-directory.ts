/**
 * A contest as MathArena keeps it: a directory with grading_scheme.json, problems/N.tex and, where there are any,
 * solutions/N.tex. Each problem becomes a row of the columns that MathArena publishes as tables.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type Row, TableError } from './row.ts';

const schemesSchema = z.array(z.object({ id: z.string(), scheme: z.array(z.unknown()) }));

export function isContestDirectory(directory: string): boolean {
  return (
    existsSync(path.join(directory, 'problems')) && existsSync(path.join(directory, 'grading_scheme.json'))
  );
}

/** The files that the rows are made of, by name. */
export function filesOfContest(directory: string): readonly string[] {
  const inFolder = (folder: string): string[] => {
    const full = path.join(directory, folder);
    if (!existsSync(full)) return [];
    const names = readdirSync(full).filter((name) => name.endsWith('.tex'));
    return names.sort(byNumber).map((name) => path.join(full, name));
  };
  return [path.join(directory, 'grading_scheme.json'), ...inFolder('problems'), ...inFolder('solutions')];
}

export async function* readContestRows(directory: string): AsyncGenerator<Row> {
  const schemeFile = path.join(directory, 'grading_scheme.json');
  const schemes = schemesSchema.safeParse(await jsonOf(schemeFile));
  if (!schemes.success) throw new TableError(`${schemeFile}: a list of {id, scheme} is expected`);
  for (const file of filesOfContest(directory)) {
    if (path.basename(path.dirname(file)) !== 'problems') continue;
    const number = path.basename(file, '.tex');
    const solution = path.join(directory, 'solutions', `${number}.tex`);
    const scheme = schemes.data.find(({ id }) => id === number)?.scheme;
    yield {
      at: `problem ${number}`,
      line: undefined,
      cells: {
        problem_id: `${path.basename(directory)}-${number}`,
        problem: await readFile(file, 'utf8'),
        ...(existsSync(solution) ? { sample_solution: await readFile(solution, 'utf8') } : {}),
        ...(scheme === undefined ? {} : { grading_scheme: scheme }),
      },
    };
  }
}

async function jsonOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new TableError(`${file}: not JSON (${cause instanceof Error ? cause.message : String(cause)})`, {
      cause,
    });
  }
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
