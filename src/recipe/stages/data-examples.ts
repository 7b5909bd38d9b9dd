/**
 * Texts of one's own, such as `qed data distill` leaves: split by problem into training and validation texts. The file is
 * read line by line, twice, and nothing of it but the names of its problems is held.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { readExamples, type SupervisedExample } from '../../problems/examples.ts';
import { Random } from '../../stats/random.ts';
import { subjectOf } from '../../train/texts.ts';
import { dataPath, type RunContext, throwIfStopped } from '../run-context.ts';
import type { ExamplesDataSettings } from '../schema.ts';

/** What of the distilled set is meant by its directory. */
const wholeSet = 'all.jsonl';

/** The texts’ file. Throws an Error where there is none. */
export function examplesFile(
  { recipeDirectory }: Pick<RunContext, 'recipeDirectory'>,
  given: string,
): string {
  const place = path.resolve(recipeDirectory, given);
  const status = statSync(place, { throwIfNoEntry: false });
  const file = status?.isDirectory() === true ? path.join(place, wholeSet) : place;
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
  throw new Error(
    `data.path: ${file}: there is no such file; a JSONL of conversations is expected, or what qed data distill leaves`,
  );
}

/** Writes sft.jsonl and sft-validation.jsonl; returns a summary. */
export async function writeExamples(
  context: RunContext,
  settings: Pick<ExamplesDataSettings, 'path' | 'validationShare'>,
): Promise<string> {
  const file = examplesFile(context, settings.path);
  const problems = new Set<string>();
  for await (const { messages, tags } of readExamples(file)) problems.add(subjectOf(messages, tags));
  const shuffled = new Random('examples-split', context.recipe.seed).shuffled([...problems]);
  const held = new Set(shuffled.slice(0, Math.round(problems.size * settings.validationShare)));
  if (problems.size === held.size)
    throw new Error(`data: ${file} has ${problems.size} problems, of which none is left to train on`);
  const counts = { training: 0, validation: 0 };
  const lines = async function* (isHeld: boolean): AsyncGenerator<string> {
    for await (const example of readExamples(file)) {
      throwIfStopped(context);
      if (held.has(subjectOf(example.messages, example.tags)) !== isHeld) continue;
      counts[isHeld ? 'validation' : 'training'] += 1;
      yield `${JSON.stringify(example)}\n`;
    }
  };
  await writeFileAtomic(dataPath(context, 'sft.jsonl'), lines(false));
  await writeFileAtomic(dataPath(context, 'sft-validation.jsonl'), lines(true));
  return `${problems.size} problems, ${counts.training} texts to train on, ${counts.validation} held out`;
}

/** The texts that a tokenizer is learnt from: those to train on. */
export async function trainingTexts(context: RunContext): Promise<string[]> {
  const texts: string[] = [];
  for await (const { messages } of readExamples(
    dataPath(context, 'sft.jsonl'),
  ) as AsyncIterable<SupervisedExample>)
    texts.push(...messages.map(({ content }) => content));
  return texts;
}
