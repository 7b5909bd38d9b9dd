/**
 * From a name, or a spec with settings and a solver, to a scaffold. Everything is checked before the first call; an
 * error names the scaffold, the setting and what there is instead.
 */
import { z } from 'zod';
import { type PlannedCalls, singleTurnPlan } from './plan.ts';
import { type ProblemKind, promptSet, type ScaffoldPrompts } from './prompt-set.ts';
import type { Scaffold } from './scaffold.ts';
import { type ScaffoldKind, scaffoldAliases, scaffoldKinds } from './scaffold-kinds.ts';
import {
  formatScaffoldSpec,
  parseScaffoldSpec,
  type ScaffoldSpec,
  type SettingValue,
} from './scaffold-spec.ts';

/** A spec with all its settings filled in. */
export interface ResolvedScaffold {
  readonly kind: ScaffoldKind;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly solver: ResolvedScaffold | undefined;
  /** The scaffold with every setting, as a spec: what a run records. */
  readonly canonical: string;
}

export class ScaffoldSpecError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScaffoldSpecError';
  }
}

/**
 * `spec` is a name (`rsa`), a text (`rsa(n=4)`) or a spec as data; `settings` come on top of those in it. A setting
 * `preset` names published values, which the others override; a setting `solver` names the scaffold that writes the
 * first proofs.
 *
 * @example createScaffold('rsa(n=4,solver=reasoning-cache(turns=2))')
 */
export function createScaffold(
  spec: string | ScaffoldSpec,
  settings: ScaffoldSpec['settings'] = {},
  prompts: ScaffoldPrompts = promptSet(),
): Scaffold {
  return build(resolveScaffold(spec, settings), prompts);
}

/** How many calls the scaffold makes for one problem, by role. */
export function plannedCalls(
  spec: string | ScaffoldSpec,
  settings: ScaffoldSpec['settings'] = {},
): PlannedCalls {
  return plan(resolveScaffold(spec, settings));
}

/** Names of the files of prompts/ that the scaffold asks with, its solver's among them. */
export function promptsUsed(spec: string | ScaffoldSpec, problems: ProblemKind): string[] {
  const { kind, solver } = resolveScaffold(spec);
  const own = [...kind.prompts, ...(solver === undefined ? [kind.solverPrompt ?? []].flat() : [])].map(
    (name) => (name === 'prove' && problems === 'answer' ? 'answer' : name),
  );
  const inside = solver === undefined ? [] : promptsUsed(asSpec(solver), problems);
  return [...new Set([...own, ...inside])].sort();
}

/** What is known to go wrong with this scaffold on such problems; empty when nothing is. */
export function scaffoldWarnings(spec: string | ScaffoldSpec, problems: ProblemKind): string[] {
  const resolved = resolveScaffold(spec);
  const inside = resolved.solver === undefined ? [] : scaffoldWarnings(asSpec(resolved.solver), problems);
  const known = knownToHurt[problems][resolved.kind.name];
  return known === undefined ? inside : [known, ...inside];
}

const knownToHurt: Readonly<Record<ProblemKind, Readonly<Record<string, string>>>> = {
  answer: {
    'deepseek-math':
      'deepseek-math can lower scores on problems that ask for a value: QED-Nano fell from 66.3 to 58.3 % on ' +
      'IMO-AnswerBench, and rose to 76.5 with rsa (GPT-OSS-20B rose from 61.5 to 69.8 with deepseek-math).',
  },
  proof: {
    majority:
      'majority counts final answers: proofs without one have no vote, and between them a coin decides. ' +
      'For problems that ask for a value say --asks answer; for proofs best-of-n is the baseline.',
  },
};

/** Checks a spec and fills in its settings. Throws a ScaffoldSpecError. */
export function resolveScaffold(
  spec: string | ScaffoldSpec,
  settings: ScaffoldSpec['settings'] = {},
): ResolvedScaffold {
  const { name, settings: written } = typeof spec === 'string' ? parsed(spec) : spec;
  const kind = kindOf(name);
  const { preset, solver, ...own } = { ...written, ...settings };
  for (const key of Object.keys(own)) {
    if (Object.hasOwn(kind.settings, key)) continue;
    throw new ScaffoldSpecError(`${kind.name} has no setting ${key}; it has ${settingsOf(kind)}`);
  }
  if (solver !== undefined && kind.solverPrompt === undefined) {
    throw new ScaffoldSpecError(`${kind.name} takes no solver; it has ${settingsOf(kind)}`);
  }
  const values = checked(kind, { ...presetOf(kind, preset), ...own });
  const inner = solver === undefined ? undefined : resolveScaffold(solverSpec(kind, solver));
  return {
    ...{ kind, settings: values, solver: inner },
    canonical: formatScaffoldSpec(asSpec({ kind, settings: values, solver: inner })),
  };
}

function parsed(text: string): ScaffoldSpec {
  try {
    return parseScaffoldSpec(text);
  } catch (error) {
    throw new ScaffoldSpecError(error instanceof Error ? error.message : String(error));
  }
}

function kindOf(name: string): ScaffoldKind {
  const kind = scaffoldKinds.find((one) => one.name === (scaffoldAliases[name] ?? name));
  if (kind !== undefined) return kind;
  const names = scaffoldKinds.map((one) => one.name).join(', ');
  throw new ScaffoldSpecError(`there is no scaffold ${JSON.stringify(name)}; there are ${names}`);
}

function settingsOf(kind: ScaffoldKind): string {
  const names = [
    ...Object.keys(kind.settings),
    ...(kind.solverPrompt === undefined ? [] : ['solver']),
    ...(Object.keys(kind.presets).length > 0 ? ['preset'] : []),
  ];
  return names.length === 0 ? 'no settings' : names.join(', ');
}

function presetOf(kind: ScaffoldKind, preset: SettingValue | undefined): Readonly<Record<string, unknown>> {
  if (preset === undefined) return {};
  const found = Object.entries(kind.presets).find(([name]) => name === preset);
  if (found !== undefined) return found[1];
  const names = Object.keys(kind.presets).join(', ');
  const shown = typeof preset === 'object' ? formatScaffoldSpec(preset) : String(preset);
  throw new ScaffoldSpecError(
    `${kind.name} has no preset ${shown}; ${names === '' ? 'it has none' : `there is ${names}`}`,
  );
}

function checked(
  kind: ScaffoldKind,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  try {
    return kind.check(values);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    throw new ScaffoldSpecError(
      `${kind.name}, ${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'not valid'}`,
    );
  }
}

function solverSpec(kind: ScaffoldKind, solver: SettingValue): string | ScaffoldSpec {
  if (typeof solver === 'string' || typeof solver === 'object') return solver;
  throw new ScaffoldSpecError(`${kind.name}, solver: expected a scaffold, not ${solver}`);
}

function asSpec({ kind, settings, solver }: Omit<ResolvedScaffold, 'canonical'>): ScaffoldSpec {
  const plain = Object.entries(settings).filter(([, value]) => value !== undefined) as [
    string,
    SettingValue,
  ][];
  return {
    name: kind.name,
    settings: { ...Object.fromEntries(plain), ...(solver === undefined ? {} : { solver: asSpec(solver) }) },
  };
}

function build({ kind, settings, solver }: ResolvedScaffold, prompts: ScaffoldPrompts): Scaffold {
  return kind.create(settings, prompts, solver === undefined ? undefined : build(solver, prompts));
}

function plan({ kind, settings, solver }: ResolvedScaffold): PlannedCalls {
  return kind.plan(settings, solver === undefined ? singleTurnPlan : plan(solver));
}
