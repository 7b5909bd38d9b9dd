/**
 * The proof problems of HARP (repository aadityasingh/HARP, MIT licence): USAMO and USAJMO with human proofs.
 * Upstream ships them zipped to keep them out of plain-text crawls, so they are read from the zip; nothing
 * unzipped is written.
 */
import { readFile } from 'node:fs/promises';
import { strFromU8, unzipSync } from 'fflate';
import { z } from 'zod';
import { Random } from '../stats/random.ts';
import type { SupervisedExample } from './examples.ts';
import { DataFileError, parseJsonLine } from './json-lines.ts';
import { type Problem, problemSchema } from './problem.ts';

const member = 'HARD-Math_proof-based.jsonl';
const source =
  'get HARP_proof-based.jsonl.zip from https://github.com/aadityasingh/HARP and name it with --set data.path=FILE';

const rowSchema = z.looseObject({
  year: z.union([z.string(), z.number()]),
  contest: z.string(),
  number: z.union([z.string(), z.number()]),
  level: z.number(),
  subject: z.string(),
  problem: z.string().min(1),
  num_solutions: z.int().optional(),
});

/**
 * Problems with all their human proofs, from the zip or from the unzipped .jsonl. Throws a DataFileError with member,
 * line and field for a bad row, and an Error that says where the data is to be had for a file that is not it.
 */
export async function readHarp(file: string): Promise<Problem[]> {
  const text = await memberText(file);
  const where = file.endsWith('.jsonl') ? file : `${file} (${member})`;
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const problem = toProblem(where, index + 1, line);
    if (seen.has(problem.id)) throw new DataFileError(where, index + 1, `${problem.id} occurs twice`);
    seen.add(problem.id);
    problems.push(problem);
  }
  if (problems.length === 0) throw new Error(`${file}: ${member} is empty; ${source}`);
  return problems;
}

async function memberText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(`${file}: cannot be read (${reasonOf(error)}); ${source}`, { cause: error });
  }
  if (file.endsWith('.jsonl')) return strFromU8(bytes);
  const names: string[] = [];
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(bytes, {
      filter: ({ name }) => {
        names.push(name);
        return name.split('/').at(-1) === member;
      },
    });
  } catch (error) {
    throw new Error(`${file}: not a readable zip file (${reasonOf(error)}); ${source}`, { cause: error });
  }
  const [content] = Object.values(members);
  if (content === undefined) {
    throw new Error(`${file}: has no member ${member}, only ${names.join(', ') || 'nothing'}; ${source}`);
  }
  return strFromU8(content);
}

function toProblem(where: string, number: number, line: string): Problem {
  const row = parseJsonLine(where, number, line, rowSchema);
  const solutions = solutionsOf(row).map(([name, solution]) => {
    if (typeof solution === 'string' && solution.trim() !== '') return solution;
    throw new DataFileError(where, number, `field ${name}: a proof is expected`);
  });
  if (row.num_solutions !== undefined && row.num_solutions !== solutions.length) {
    const detail = `field num_solutions: says ${row.num_solutions}, but there are ${solutions.length}`;
    throw new DataFileError(where, number, detail);
  }
  const { year, contest, number: place, level, subject, problem } = row;
  return problemSchema.parse({
    id: `harp-${contest.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${year}-${place}`,
    statement: problem,
    solutions,
    source: 'aadityasingh/HARP',
    tags: { year: Number(year), contest, number: String(place), level, subject },
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The columns solution_1, solution_2, … in their order. */
function solutionsOf(row: Readonly<Record<string, unknown>>): [string, unknown][] {
  const numberOf = (name: string): number => Number(/^solution_(\d+)$/.exec(name)?.[1]);
  return Object.entries(row)
    .filter(([name]) => !Number.isNaN(numberOf(name)))
    .sort(([a], [b]) => numberOf(a) - numberOf(b));
}

const instruction = 'Prove the following statement rigorously. Justify every step.';

/** One example per human proof. */
export function harpToExamples(problems: readonly Problem[]): SupervisedExample[] {
  return problems.flatMap(({ id, statement, solutions }) =>
    solutions.map((solution) => ({
      messages: [
        { role: 'user' as const, content: `${instruction}\n\n${statement}` },
        { role: 'assistant' as const, content: solution },
      ],
      tags: { problem: id },
    })),
  );
}

/**
 * Splits by problem: all proofs of a problem are on one side. `validationShare` is from 0 to 1; the same problems,
 * share and seed give the same split.
 */
export function splitHarp(
  problems: readonly Problem[],
  validationShare: number,
  seed: number,
): { readonly train: Problem[]; readonly validation: Problem[] } {
  const shuffled = new Random('harp-split', seed).shuffled(problems);
  const held = Math.round(problems.length * validationShare);
  return { train: shuffled.slice(held), validation: shuffled.slice(0, held) };
}
