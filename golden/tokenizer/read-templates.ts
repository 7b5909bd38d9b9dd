/** Reads `templates.json`, what transformers renders by chat templates (`make-templates.py`). */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** `error` is what Python raised; our messages need not be the same. */
const rendering = z.object({ text: z.string().optional(), error: z.string().optional() });
const variables = z.record(z.string(), z.unknown());

const schema = z.object({
  versions: z.record(z.string(), z.string()),
  special: z.record(z.string(), z.string()),
  conversations: z.record(z.string(), variables),
  context: variables,
  templates: z.array(
    z.object({ name: z.string(), source: z.string(), renderings: z.record(z.string(), rendering) }),
  ),
  expressions: z.array(z.intersection(z.object({ expression: z.string() }), rendering)),
});

export type TemplateGolden = z.infer<typeof schema>;

export function readTemplates(): TemplateGolden {
  return schema.parse(JSON.parse(readFileSync(new URL('templates.json', import.meta.url), 'utf8')));
}
