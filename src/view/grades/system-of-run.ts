/** Who wrote the proofs of a benchmark or prove run, as the file says that the run began with. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const identitySchema = z.looseObject({ models: z.record(z.string(), z.string()), scaffold: z.string() });

/** `qed-nano, rsa(n=4)`. Throws an Error that names the file where it is damaged. */
export function systemOfRun(directory: string, name: 'bench.json' | 'prove.json'): string {
  const file = path.join(directory, name);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} is damaged; restore it from a copy`, { cause });
  }
  const parsed = identitySchema.safeParse(value);
  if (!parsed.success) throw new Error(`${file} is damaged: models and scaffold are expected in it`);
  return [parsed.data.models.main ?? 'a model', parsed.data.scaffold].join(', ');
}
