/** The student of `qed data distill`: what it will be asked, and its tokenizer where a directory with one is given. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { StudentForm } from '../curate/distill/student-form.ts';
import { solverPrompt } from './solver-prompt.ts';
import { UserError } from './user-error.ts';

export interface StudentOptions {
  readonly ask: string;
  readonly layout: string;
  readonly tokenizer?: string;
}

/** `name` is that of what it is asked. Throws a UserError. */
export async function readStudent(
  options: StudentOptions,
): Promise<{ readonly form: StudentForm; readonly name: string }> {
  const { told } = await import('./prove-setup.ts');
  const { ask, name } = await solverPrompt('--ask', options.ask);
  const { layout } = options;
  if (layout !== 'lines' && layout !== 'words')
    throw new UserError(`--layout ${layout}: lines or words is expected`, { exitCode: 2 });
  const common = { ask, layout } as const;
  if (options.tokenizer === undefined)
    return { name, form: { ...common, format: undefined, chatTemplate: undefined } };
  const directory = tokenizerDirectory(options.tokenizer);
  const { readTokenizerDirectory, loadDirectoryFormat } = await import('../model/directory-format.ts');
  const { chatTemplateDigest } = await import('../tokenizer/chat-template-text.ts');
  return await told(async () => {
    const format = await loadDirectoryFormat(directory);
    const { configJson } = await readTokenizerDirectory(directory);
    return { name, form: { ...common, format, chatTemplate: chatTemplateDigest(configJson) } };
  }, ['Error']);
}

/** A directory, or the tokenizer.json in it. */
function tokenizerDirectory(given: string): string {
  if (!existsSync(given))
    throw new UserError(`--tokenizer ${given}: there is no such directory`, { exitCode: 1 });
  return path.basename(given) === 'tokenizer.json' ? path.dirname(given) : given;
}
