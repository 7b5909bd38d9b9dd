/**
 * What makes two runs of `qed prove` the same: problems, scaffold, models, limits and seed. A run goes on only with the
 * same; budgets, the number of attempts and how many problems are worked on at once may change from sitting to sitting.
 */
import { canonicalHash } from '../journal/canonical-json.ts';
import type { Json } from '../journal/journal.ts';
import type { SamplingSettings } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import { promptVersions } from '../prompt/prompt-library.ts';
import { promptsUsed } from '../scaffold/create-scaffold.ts';

export interface RunIdentity {
  /** Of the problems: their number, and a digest of ids and statements. */
  readonly problems: { readonly count: number; readonly digest: string };
  /** With every setting. */
  readonly scaffold: string;
  /** Versions of the prompt files that the scaffold asks with, by name. */
  readonly prompts: Readonly<Record<string, string>>;
  /** Whether problems ask for a proof or for a value. */
  readonly asks: 'proof' | 'answer';
  /** Names by role; `main` is the model of all other roles. */
  readonly models: Readonly<Record<string, string>>;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly sampling: SamplingSettings;
  readonly seed: number;
}

/** A model as far as an identity and its defaults go. */
interface NamedModel {
  readonly name: string;
  readonly defaults: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly sampling?: SamplingSettings;
  };
}

/** Tokens of a reply where neither a person nor the model says. */
const usualMaxTokens = 16_384;
const usualTemperature = 0.8;

/** What a run of these would be; limits that nobody gave are the main model's. */
export function runIdentity({
  problems,
  scaffold,
  asks,
  main,
  byRole = new Map(),
  maxTokens = main.defaults.maxTokens ?? usualMaxTokens,
  temperature = main.defaults.temperature ?? usualTemperature,
  seed,
}: {
  readonly problems: readonly Problem[];
  /** With every setting. */
  readonly scaffold: string;
  readonly asks: RunIdentity['asks'];
  readonly main: NamedModel;
  readonly byRole?: ReadonlyMap<string, NamedModel>;
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly seed: number;
}): RunIdentity {
  return {
    problems: problemsDigest(problems),
    scaffold,
    prompts: promptVersions(promptsUsed(scaffold, asks)),
    asks,
    models: Object.fromEntries([
      ['main', main.name],
      ...[...byRole].map(([role, { name }]) => [role, name] as const),
    ]),
    maxTokens,
    temperature,
    sampling: main.defaults.sampling ?? {},
    seed,
  };
}

export function problemsDigest(problems: readonly Problem[]): RunIdentity['problems'] {
  const digest = shortHash(problems.map(({ id, statement }) => [id, statement]));
  return { count: problems.length, digest };
}

/** `prove-NAME-DIGEST`: the name is for people, the digest tells runs apart. */
export function runName(name: string, identity: object, command = 'prove'): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return [command, ...(slug === '' ? [] : [slug]), shortHash(identityJson(identity))].join('-');
}

/** The fields that differ, as `field: before, now after`. */
export function identityDifferences(before: unknown, now: object): string[] {
  const old = (typeof before === 'object' && before !== null ? before : {}) as Record<string, unknown>;
  return Object.entries(now).flatMap(([field, value]) => {
    const was = JSON.stringify(old[field]);
    const is = JSON.stringify(value);
    return canonical(old[field]) === canonical(value) ? [] : [`${field}: ${was ?? 'nothing'}, now ${is}`];
  });
}

function canonical(value: unknown): string {
  return value === undefined ? '' : shortHash(value as Json);
}

/** An identity is plain data. */
function identityJson(identity: object): Json {
  return identity as Json;
}

function shortHash(value: Json): string {
  return canonicalHash(value).toString('hex').slice(0, 8);
}
