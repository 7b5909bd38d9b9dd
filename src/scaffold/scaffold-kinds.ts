/**
 * The scaffolds by name: what each is, its settings and presets, whether it takes a solver, how it is made and what it
 * will call. The reference of docs/scaffolds.md and the command line's help are written from this.
 */
import { z } from 'zod';
import { bestOfN, bestOfNPlan, bestOfNSettings } from './best-of-n.ts';
import {
  deepseekMath,
  deepseekMathPlan,
  deepseekMathPresets,
  deepseekMathSettings,
} from './deepseek-math.ts';
import { majority, majorityPlan, majoritySettings } from './majority.ts';
import { nomos, nomosPlan, nomosPresets, nomosSettings } from './nomos.ts';
import { fixedStep, type PlannedCalls, planOf, singleTurnPlan } from './plan.ts';
import type { ScaffoldPrompts } from './prompt-set.ts';
import { reasoningCache } from './reasoning-cache.ts';
import { rsa, rsaPlan, rsaPresets, rsaSettings } from './rsa.ts';
import type { Scaffold } from './scaffold.ts';
import { selfCheck, selfCheckPlan, selfCheckPresets, selfCheckSettings } from './self-check.ts';

type Values = Readonly<Record<string, unknown>>;

export interface ScaffoldKind {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  /** The values in full. Throws a ZodError. */
  readonly check: (values: Values) => Values;
  /** By name: what the setting is and its default, where it has one. */
  readonly settings: Readonly<Record<string, { readonly description: string; readonly default: unknown }>>;
  readonly presets: Readonly<Record<string, Values>>;
  /** Whether its first proofs can come from another scaffold. */
  readonly takesSolver: boolean;
  readonly create: (settings: Values, prompts: ScaffoldPrompts, solver: Scaffold | undefined) => Scaffold;
  readonly plan: (settings: Values, solver: PlannedCalls) => PlannedCalls;
}

/** Keeps the type of a scaffold's settings between its schema and its functions, and forgets it outside. */
function kind<S extends z.ZodType<Values>>(one: {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly schema: S;
  readonly presets?: Readonly<Record<string, z.input<S>>>;
  readonly takesSolver?: boolean;
  readonly create: (
    settings: z.output<S>,
    prompts: ScaffoldPrompts,
    solver: Scaffold | undefined,
  ) => Scaffold;
  readonly plan: (settings: z.output<S>, solver: PlannedCalls) => PlannedCalls;
}): ScaffoldKind {
  const { name, summary, source, schema, presets = {}, takesSolver = false } = one;
  return {
    ...{ name, summary, source, takesSolver },
    presets: presets as Readonly<Record<string, Values>>,
    settings: describeFields(schema),
    check: (values) => schema.parse(values),
    create: (settings, prompts, solver) => one.create(schema.parse(settings), prompts, solver),
    plan: (settings, solver) => one.plan(schema.parse(settings), solver),
  };
}

function describeFields(schema: z.ZodType): ScaffoldKind['settings'] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const field = property as { description?: string; default?: unknown };
      return [name, { description: field.description ?? '', default: field.default }];
    }),
  );
}

const reasoningCacheSettings = z.strictObject({
  turns: z.int().min(1).default(3).describe('Turns of reasoning; between two of them is a summary.'),
});

export const scaffoldKinds: readonly ScaffoldKind[] = [
  kind({
    name: 'single-turn',
    summary: 'one call, one proof',
    source: 'QED-Nano, section 4',
    schema: z.strictObject({}),
    create: (_, prompts) => prompts.singleTurn,
    plan: () => singleTurnPlan,
  }),
  kind({
    name: 'reasoning-cache',
    summary: 'reason, summarise, go on from the summary',
    source: 'QED-Nano, section 3.3',
    schema: reasoningCacheSettings,
    create: ({ turns }, { reasoningCache: prompts }) => reasoningCache({ turns, ...prompts }),
    plan: ({ turns }) =>
      planOf([
        fixedStep(turns, { role: 'solve', reads: { summaries: 1 }, writes: 'proof', mayRepeat: false }),
        fixedStep(turns - 1, {
          ...{
            role: 'summarise',
            reads: { reasoning: 1, summaries: 1 },
            writes: 'summary',
            mayRepeat: false,
          },
        }),
      ]),
  }),
  kind({
    name: 'self-check',
    summary: 'solve, then verify and correct until accepted several times in a row',
    source: 'Huang & Yang 2025',
    schema: selfCheckSettings,
    presets: selfCheckPresets,
    create: (settings, prompts) => selfCheck(settings, prompts.selfCheck),
    plan: selfCheckPlan,
  }),
  kind({
    name: 'nomos',
    summary: 'many submissions, scored, consolidated by conclusion, then a knockout',
    source: 'Nomos 1, in the version of QED-Nano',
    schema: nomosSettings,
    presets: nomosPresets,
    takesSolver: true,
    create: (settings, prompts, solver) =>
      nomos(settings, { ...prompts.nomos, solver: solver ?? prompts.singleTurn }),
    plan: nomosPlan,
  }),
  kind({
    name: 'rsa',
    summary: 'a population rewritten by merging blocks of it, then a knockout',
    source: 'Recursive Self-Aggregation, with the selection of QED-Nano',
    schema: rsaSettings,
    presets: rsaPresets,
    takesSolver: true,
    create: (settings, prompts, solver) =>
      rsa(settings, { ...prompts.rsa, solver: solver ?? prompts.singleTurn }),
    plan: rsaPlan,
  }),
  kind({
    name: 'deepseek-math',
    summary: 'a pool of proofs, verified several times and refined with the hardest analyses',
    source: 'DeepSeek-Math-V2, in the version of QED-Nano',
    schema: deepseekMathSettings,
    presets: deepseekMathPresets,
    takesSolver: true,
    create: (settings, prompts, solver) =>
      deepseekMath(settings, {
        ...prompts.deepseekMath,
        ...(solver === undefined ? {} : { solver }),
      }),
    plan: deepseekMathPlan,
  }),
  kind({
    name: 'majority',
    summary: 'the most frequent conclusion of several solutions; a baseline without a judge',
    source: 'self-consistency',
    schema: majoritySettings,
    takesSolver: true,
    create: (settings, prompts, solver) =>
      majority(settings, { ...prompts.majority, solver: solver ?? prompts.singleTurn }),
    plan: majorityPlan,
  }),
  kind({
    name: 'best-of-n',
    summary: 'the best scored of several solutions; a baseline with a judge',
    source: 'rejection sampling',
    schema: bestOfNSettings,
    takesSolver: true,
    create: (settings, prompts, solver) =>
      bestOfN(settings, { ...prompts.bestOfN, solver: solver ?? prompts.singleTurn }),
    plan: bestOfNPlan,
  }),
];

/** Other names in use. */
export const scaffoldAliases: Readonly<Record<string, string>> = {
  single: 'single-turn',
  rc: 'reasoning-cache',
  dsm: 'deepseek-math',
};
