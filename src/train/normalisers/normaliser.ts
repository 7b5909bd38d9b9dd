/** The normalisers by name: what the sum over tokens is divided by. */
import type { Normaliser } from './attempt-lengths.ts';
import { constantLength } from './constant-length.ts';
import { groupTokens } from './group-tokens.ts';
import { samples } from './samples.ts';
import { sequenceMean } from './sequence-mean.ts';
import { tokens } from './tokens.ts';

export type NormaliserSettings =
  | { readonly kind: 'samples' | 'tokens' | 'group-tokens' | 'sequence-mean' }
  | { readonly kind: 'constant-length'; readonly length: number };

export function normaliserOf(settings: NormaliserSettings): Normaliser {
  if (settings.kind === 'constant-length') return constantLength(settings.length);
  return byLength[settings.kind];
}

const byLength = { samples, tokens, 'group-tokens': groupTokens, 'sequence-mean': sequenceMean };
