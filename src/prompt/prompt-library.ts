/** The prompts of a directory, read once and whole: a file that is missing or wrong is an error before any call. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bindPrompt,
  type InputKind,
  type Output,
  type PromptFile,
  type PromptValues,
  parsePrompt,
} from './prompt-file.ts';

export interface PromptLibrary {
  /** The function that fills in a prompt; see bindPrompt. */
  bind<const I extends Readonly<Record<string, InputKind>>>(
    name: string,
    inputs: I,
    output: Output,
  ): (values: PromptValues<I>) => string;
  /** SHA-256 by name, for the record of a run. */
  readonly versions: Readonly<Record<string, string>>;
  readonly prompts: readonly PromptFile[];
}

/** Of QED's own prompts these, by name: enough of each digest to tell that a file has changed. */
export function promptVersions(names: readonly string[]): Record<string, string> {
  const { versions } = loadPrompts();
  return Object.fromEntries(names.map((name) => [name, (versions[name] ?? '').slice(0, 12)]));
}

/** The prompts that come with QED, in the checkout as in the published package. */
export const PROMPTS_DIRECTORY = fileURLToPath(new URL('../../prompts/', import.meta.url));

/** Reads every `.md` file of the directory. Throws an Error that names the file. */
export function loadPrompts(directory: string = PROMPTS_DIRECTORY): PromptLibrary {
  const prompts = readdirSync(directory)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .sort()
    .map((file) =>
      parsePrompt(file.slice(0, -'.md'.length), readFileSync(path.join(directory, file), 'utf8')),
    );
  return {
    bind(name, inputs, output) {
      const prompt = prompts.find((one) => one.name === name);
      if (prompt === undefined) throw new Error(`there is no prompt ${name}.md in ${directory}`);
      return bindPrompt(prompt, inputs, output);
    },
    versions: Object.fromEntries(prompts.map(({ name, version }) => [name, version])),
    prompts,
  };
}
