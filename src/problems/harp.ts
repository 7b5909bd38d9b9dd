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
import { DataFileError } from './json-lines.ts';
import { type Problem, problemSchema } from './problem.ts';

const member = 'HARD-Math_proof-based.jsonl';
const source = 'get HARP_proof-based.jsonl.zip from the repository aadityasingh/HARP';

const rowSchema = z.looseObject({
  year: z.union([z.string(), z.number()]),
  contest: z.string(),
  number: z.union([z.string(), z.number()]),
  level: z.number(),
  subject: z.string(),
  problem: z.string().min(1),
});

/** Problems with all their human proofs. Errors name file, member and line. */
export async function readHarp(file: string): Promise<Problem[]> {
  const text = await memberText(file);
  const problems: Problem[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    problems.push(toProblem(`${file} (${member})`, index + 1, line));
  }
  if (problems.length === 0) throw new Error(`${file}: ${member} is empty; ${source}`);
  return problems;
}

async function memberText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(`${file}: cannot be read (${(error as Error).message}); ${source}`);
  }
  if (file.endsWith('.jsonl')) return strFromU8(bytes);
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(bytes, { filter: ({ name }) => name.split('/').at(-1) === member });
  } catch (error) {
    throw new Error(`${file}: not a readable zip file (${(error as Error).message}); ${source}`);
  }
  const [content] = Object.values(members);
  if (content === undefined) throw new Error(`${file}: has no member ${member}; ${source}`);
  return strFromU8(content);
}

function toProblem(where: string, number: number, line: string): Problem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new DataFileError(where, number, `not JSON: ${(error as Error).message}`);
  }
  const row = rowSchema.safeParse(value);
  if (!row.success) {
    const [issue] = row.error.issues;
    throw new DataFileError(where, number, `field ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { year, contest, number: place, level, subject, problem } = row.data;
  const solutions = Object.entries(row.data)
    .filter(([name]) => /^solution_\d+$/.test(name))
    .sort(([a], [b]) => Number(a.slice(9)) - Number(b.slice(9)))
    .flatMap(([, solution]) => (typeof solution === 'string' && solution.trim() !== '' ? [solution] : []));
  return problemSchema.parse({
    id: `harp-${contest.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${year}-${place}`,
    statement: problem,
    solutions,
    source: 'aadityasingh/HARP',
    tags: { year: Number(year), contest, number: String(place), level, subject },
  });
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

/** Splits by problem: all proofs of a problem are on one side. */
export function splitHarp(
  problems: readonly Problem[],
  validationShare: number,
  seed: number,
): { readonly train: Problem[]; readonly validation: Problem[] } {
  const shuffled = new Random('harp-split', seed).shuffled(problems);
  const held = Math.round(problems.length * validationShare);
  return { train: shuffled.slice(held), validation: shuffled.slice(0, held) };
}
