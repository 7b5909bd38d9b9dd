/**
 * Where saved weights lie: `tinker://<run>/weights/<name>` for training, `…/sampler_weights/<name>` for sampling. SkyRL
 * answers a sampler's path without its kind, which is read too and completed, because everyone else insists on three
 * parts.
 */
import { WireError } from './wire-error.ts';

export type WeightsKind = 'weights' | 'sampler_weights' | 'external_weights';

export interface TinkerPath {
  /** The id of the model that was saved. */
  readonly run: string;
  readonly kind: WeightsKind;
  readonly name: string;
}

const kinds: readonly string[] = ['weights', 'sampler_weights', 'external_weights'] satisfies WeightsKind[];

export function formatTinkerPath({ run, kind, name }: TinkerPath): string {
  return `tinker://${run}/${kind}/${name}`;
}

/** `kindOfShort`: the kind of a path of two parts. Throws a WireError where `text` is no such path. */
export function parseTinkerPath(text: string, kindOfShort: WeightsKind = 'sampler_weights'): TinkerPath {
  const parts = text.startsWith('tinker://') ? text.slice('tinker://'.length).split('/') : [];
  const [run = '', second = '', third] = parts;
  const isSafe = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (isSafe && parts.length === 2) return { run, kind: kindOfShort, name: second };
  if (isSafe && parts.length === 3 && third !== undefined && isKind(second)) {
    return { run, kind: second, name: third };
  }
  throw new WireError(
    `${JSON.stringify(text.slice(0, 200))} is no path of weights; tinker://<run>/weights/<name> and tinker://<run>/sampler_weights/<name> are`,
  );
}

function isKind(text: string): text is WeightsKind {
  return kinds.includes(text);
}
