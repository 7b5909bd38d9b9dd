/**
 * Reads the tokenizer's golden files: `cases.json` (written by hand) and `golden.json` (written by `make.py` with
 * Hugging Face's tokenizers and transformers from those cases).
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Entries of the tokenizer that is learnt from the texts of the cases. */
export const trainedVocabularySize = 512;

const messagesSchema = z.array(
  z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }),
);
const idsSchema = z.array(z.int());

const casesSchema = z.object({
  texts: z.array(z.string()),
  /** Rendered as prompts. */
  conversations: z.array(messagesSchema),
  /** Rendered whole: a prompt and the reply to it. */
  replies: z.array(messagesSchema),
});

const tokenizerSchema = z.object({
  tokenizerSha256: z.string(),
  vocabularySize: z.int(),
  texts: z.array(z.object({ ids: idsSchema, decoded: z.string() })),
  fragments: z.array(z.object({ ids: idsSchema, decoded: z.string() })),
  prompts: z.array(z.object({ text: z.string(), ids: idsSchema })),
  replies: z.array(z.object({ text: z.string(), ids: idsSchema })),
});

const goldenSchema = z.object({
  versions: z.record(z.string(), z.string()),
  tokenizers: z.object({ lab: tokenizerSchema, trained: tokenizerSchema }),
  merges: z.array(z.tuple([z.string(), z.string()])),
  qwen3: z.object({
    templateSha256: z.string(),
    prompts: z.array(z.string()),
    withoutThinking: z.array(z.string()),
  }),
});

export type TokenizerCases = z.infer<typeof casesSchema>;
export type TokenizerGolden = z.infer<typeof goldenSchema>;

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

export function readCases(): TokenizerCases {
  return casesSchema.parse(readJson('cases.json'));
}

export function readGolden(): TokenizerGolden {
  return goldenSchema.parse(readJson('golden.json'));
}
