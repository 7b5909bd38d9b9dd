/**
 * The problems that a person gives: a text, a Markdown or TeX file with one problem, JSONL or YAML with many, or standard
 * input. Every error is one line that says what was expected.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { type Problem, problemSchema } from '../problems/problem.ts';
import { readProblems } from '../problems/problem-file.ts';

export interface GivenProblems {
  /** For people and for the run directory: a file's name, or the first words of a text. */
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** What is wrong with what was given. */
export class ProblemInputError extends Error {
  override readonly name = 'ProblemInputError';
}

const expected =
  'give a problem as text, a file (.md, .tex, .txt with one problem; .jsonl, .yaml with many) or - for standard input';

/** `argument` is a text, a file or `-`; `input` reads standard input. */
export async function readGivenProblems(
  argument: string,
  input: () => Promise<string>,
): Promise<GivenProblems> {
  if (argument === '-') {
    const text = await input();
    if (text.trim() === '') throw new ProblemInputError(`standard input is empty; ${expected}`);
    return fromText(text);
  }
  if (argument.trim() === '') throw new ProblemInputError(`the problem is empty; ${expected}`);
  const status = isPlausiblePath(argument) ? statSync(argument, { throwIfNoEntry: false }) : undefined;
  if (status?.isDirectory() === true)
    throw new ProblemInputError(`${argument}: it is a directory; ${expected}`);
  if (status !== undefined) return await fromFile(argument);
  if (looksLikeFile(argument)) throw new ProblemInputError(`${argument}: no such file; ${expected}`);
  return fromText(argument);
}

/** Longer texts and those with line breaks are no paths, and asking for them may be an error. */
function isPlausiblePath(text: string): boolean {
  return text.length < 1024 && !/[\n\0]/.test(text);
}

function looksLikeFile(text: string): boolean {
  if (/\s/.test(text.trim()) || text.includes('$') || text.includes('\\')) return false;
  return text.includes('/') || /\.(?:md|markdown|tex|txt|jsonl?|ya?ml)$/i.test(text);
}

async function fromFile(file: string): Promise<GivenProblems> {
  const extension = path.extname(file).toLowerCase();
  const name = path.basename(file, path.extname(file));
  if (extension === '.jsonl') return { name, problems: await readProblems(file) };
  const text = readText(file);
  if (text.trim() === '') throw new ProblemInputError(`${file}: the file is empty; ${expected}`);
  if (['.yaml', '.yml', '.json'].includes(extension)) return { name, problems: fromYaml(file, text) };
  const statement = extension === '.tex' ? bodyOfTex(text) : text.trim();
  if (statement === '') throw new ProblemInputError(`${file}: there is no problem in it; ${expected}`);
  return { name, problems: [problemSchema.parse({ id: name, statement, source: path.basename(file) })] };
}

function readText(file: string): string {
  const bytes = readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ProblemInputError(`${file}: it is not UTF-8 text; ${expected}`);
  }
}

/** One problem, a list of them, or a list under `problems`; a problem may be its statement alone. */
function fromYaml(file: string, text: string): Problem[] {
  const document = parseDocument(text, { prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new ProblemInputError(`${file}: ${fault.message}`);
  const value: unknown = document.toJS();
  const list = typeof value === 'object' && value !== null && 'problems' in value ? value.problems : value;
  const items = Array.isArray(list) ? list : [list];
  if (items.length === 0)
    throw new ProblemInputError(`${file}: no problems; a list of {id, statement} is expected`);
  const problems = items.map((item, index) => {
    const fields: unknown = typeof item === 'string' ? { statement: item } : item;
    const parsed = problemSchema.safeParse({ id: `${index + 1}`, ...(fields as object) });
    if (parsed.success) return parsed.data;
    throw new ProblemInputError(`${file}, problem ${index + 1}: ${faultOf(parsed.error)}`);
  });
  const ids = problems.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined)
    throw new ProblemInputError(`${file}: the id ${twice} is there twice; ids must be unique`);
  return problems;
}

function faultOf({ issues: [issue] }: z.ZodError): string {
  const field = issue?.path.join('.') ?? '';
  return `${field === '' ? 'a problem is {id, statement}' : field}: ${issue?.message ?? 'not valid'}`;
}

/** What stands between \begin{document} and \end{document}, or all of it, without comments. */
function bodyOfTex(text: string): string {
  const withoutComments = text.replaceAll(/(?<!\\)%.*$/gm, '');
  const [, body = withoutComments] =
    /\\begin\{document\}([\s\S]*?)(?:\\end\{document\}|$)/.exec(withoutComments) ?? [];
  return body.replaceAll(/\\maketitle\b/g, '').trim();
}

/** One problem; where it looks like JSON lines, many. */
function fromText(text: string): GivenProblems {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.every((line) => line.trimStart().startsWith('{'))) {
    const problems = lines.map((line, index) => {
      const parsed = z
        .string()
        .transform((source, context) => {
          try {
            return JSON.parse(source) as unknown;
          } catch {
            context.addIssue('not JSON');
            return z.NEVER;
          }
        })
        .pipe(problemSchema)
        .safeParse(line);
      if (parsed.success) return parsed.data;
      throw new ProblemInputError(`line ${index + 1}: ${faultOf(parsed.error)}`);
    });
    return { name: problems[0]?.id ?? 'problems', problems };
  }
  const statement = text.trim();
  return { name: firstWords(statement), problems: [problemSchema.parse({ id: 'problem', statement })] };
}

function firstWords(statement: string): string {
  const words = statement.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, 5).join(' ');
}
