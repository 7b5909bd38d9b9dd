/** What a run of `qed prove` or `qed bench` is a run of, as its directory says. */
import path from 'node:path';
import { z } from 'zod';
import { createScaffold } from '../../scaffold/create-scaffold.ts';
import { promptSet } from '../../scaffold/prompt-set.ts';
import { readJsonObject } from '../read-json-object.ts';
import type { Repetition } from './trace-attempts.ts';

const identitySchema = z.object({
  scaffold: z.string(),
  asks: z.enum(['proof', 'answer']),
  models: z.record(z.string(), z.string()),
  maxTokens: z.number(),
  temperature: z.number(),
  sampling: z
    .object({
      topP: z.number().optional(),
      topK: z.number().optional(),
      minP: z.number().optional(),
    })
    .loose()
    .default({}),
  seed: z.number(),
});

export type IdentityOnFile = z.infer<typeof identitySchema>;

/** Throws an Error that names the file and what is wrong with it. */
export function readIdentityFile(directory: string, name: 'prove.json' | 'bench.json'): IdentityOnFile {
  const parsed = identitySchema.safeParse(readJsonObject(path.join(directory, name)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `${name} is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message}. Restore it from a copy`,
  );
}

/** What all attempts of such a run have in common. */
export function repetitionOf(identity: IdentityOnFile): Omit<Repetition, 'problem' | 'isKnown' | 'finished'> {
  const { maxTokens, temperature, sampling, seed, models } = identity;
  return {
    scaffold: createScaffold(identity.scaffold, {}, promptSet(identity.asks)),
    models: new Map(Object.entries(models)),
    maxTokens,
    temperature,
    ...(Object.keys(sampling).length === 0 ? {} : { sampling: sampling as Repetition['sampling'] & object }),
    seed,
    mostOf: (role) => (role === 'score' ? 7 : 1),
  };
}
