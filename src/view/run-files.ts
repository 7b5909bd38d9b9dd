/** Files of a run that several pages need and that take a while to read: its problems and its tokenizer. */
import path from 'node:path';
import { loadDirectoryFormat } from '../model/directory-format.ts';
import type { Problem } from '../problems/problem.ts';
import { readProblems } from '../problems/problem-file.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import { MemoOfFiles } from './memo-of-files.ts';

const problems = new MemoOfFiles<readonly Problem[]>(readProblems, 8);
const formats = new MemoOfFiles<ChatFormat>((file) => loadDirectoryFormat(path.dirname(file)));

/** `name`: such as `train.jsonl`. Throws a DataFileError, or an Error where there is no such file. */
export async function problemsOf(directory: string, name: string): Promise<readonly Problem[]> {
  return await problems.of(path.join(directory, 'data', name));
}

/** Throws an Error that names what is missing. */
export async function formatOf(directory: string): Promise<ChatFormat> {
  return await formats.of(path.join(directory, 'data', 'tokenizer', 'tokenizer.json'));
}
