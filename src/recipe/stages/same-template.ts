/**
 * Texts that were written for one chat template do not train a model that has another, unless the recipe says so: it would
 * learn a form that it is never asked in. Texts that do not say what they were written for are taken as they are.
 */
import { type SupervisedExample, supervisedExampleSchema } from '../../problems/examples.ts';
import { readNumberedJsonLines } from '../../problems/json-lines.ts';
import { chatTemplateDigest } from '../../tokenizer/chat-template-text.ts';

/** The examples of a file, one at a time. Throws an Error at the first that was written for another template. */
export async function* examplesForTemplate(
  file: string,
  tokenizerConfig: string,
  rule: 'same' | 'any',
): AsyncGenerator<SupervisedExample> {
  const own = chatTemplateDigest(tokenizerConfig);
  for await (const { line, item } of readNumberedJsonLines(file, supervisedExampleSchema)) {
    const meant = item.chat_template_sha256;
    if (rule === 'same' && meant !== undefined && meant !== own) {
      throw new Error(
        `${file}:${line}  the text was written for the chat template ${meant.slice(0, 12)}… (chat_template_sha256), and this ` +
          `run's tokenizer has ${own.slice(0, 12)}…. Distil with the tokenizer of this model (qed data distill --tokenizer), ` +
          'or train on the texts all the same with data.chatTemplate: any',
      );
    }
    yield item;
  }
}
