/**
 * The chat template of a tokenizer_config.json as text, and its digest: texts that were written for one template train a
 * model with another to answer a form that it is never asked in, so the digest travels with them.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const configSchema = z.looseObject({
  chat_template: z.union([
    z.string().min(1),
    z.array(z.object({ name: z.string(), template: z.string() })).min(1),
  ]),
});

/** Of several templates the one named `default`. Throws an Error if there is none. */
export function chatTemplateText(configJson: string): string {
  const config = configSchema.safeParse(JSON.parse(configJson));
  if (!config.success) throw new Error('tokenizer_config.json has no chat_template');
  const { chat_template: templates } = config.data;
  if (typeof templates === 'string') return templates;
  const found = templates.find(({ name }) => name === 'default');
  if (found !== undefined) return found.template;
  throw new Error(
    `tokenizer_config.json: of the chat templates ${templates.map(({ name }) => name).join(', ')} none is named default`,
  );
}

/** SHA-256 of the template’s text, in hexadecimal. Throws as `chatTemplateText`. */
export function chatTemplateDigest(configJson: string): string {
  return createHash('sha256').update(chatTemplateText(configJson)).digest('hex');
}
