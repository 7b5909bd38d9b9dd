/**
 * The scaffolds by name: what each is, its settings and presets, whether it takes a solver, how it is made and what it
 * will call. The reference of docs/scaffolds.md and the command line's help are written from this
 * (scaffold-reference.ts).
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

export interface ScaffoldSetting {
  readonly description: string;
  /** The values that it may have, as a sentence. */
  readonly expects: string;
  /** Undefined where there is none. */
  readonly default: unknown;
}

export interface ScaffoldKind {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  /** The values in full. Throws a ZodError. */
  readonly check: (values: Values) => Values;
  readonly settings: Readonly<Record<string, ScaffoldSetting>>;
  readonly presets: Readonly<Record<string, Values>>;
  /** Files of prompts/ that it asks with, beside those of its solver; `prove` is `answer` where a value is asked for. */
  readonly prompts: readonly string[];
  /** The prompt of its own solver, where its first proofs can come from another scaffold. */
  readonly solverPrompt: string | undefined;
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
  readonly prompts: readonly string[];
  readonly solverPrompt?: string;
  readonly create: (
    settings: z.output<S>,
    prompts: ScaffoldPrompts,
    solver: Scaffold | undefined,
  ) => Scaffold;
  readonly plan: (settings: z.output<S>, solver: PlannedCalls) => PlannedCalls;
}): ScaffoldKind {
  const { name, summary, source, schema, presets = {}, prompts, solverPrompt } = one;
  return {
    ...{ name, summary, source, prompts, solverPrompt },
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
      const field = property as Field;
      return [
        name,
        { description: field.description ?? '', expects: expectationOf(field), default: field.default },
      ];
    }),
  );
}

interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
}

function expectationOf({ type, enum: values, minimum }: Field): string {
  if (values !== undefined) return `One of ${values.join(', ')}.`;
  return type === 'integer' ? `A whole number from ${minimum ?? 0}.` : `A ${type}.`;
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
    prompts: ['prove'],
    create: (_, prompts) => prompts.singleTurn,
    plan: () => singleTurnPlan,
  }),
  kind({
    name: 'reasoning-cache',
    summary: 'reason, summarise, go on from the summary',
    source: 'QED-Nano, section 3.3',
    schema: reasoningCacheSettings,
    prompts: ['prove', 'continue', 'summarise'],
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
    prompts: ['prove', 'improve', 'verify', 'decide', 'correct', 'again'],
    presets: selfCheckPresets,
    create: (settings, prompts) => selfCheck(settings, prompts.selfCheck),
    plan: selfCheckPlan,
  }),
  kind({
    name: 'nomos',
    summary: 'many submissions, scored, consolidated by conclusion, then a knockout',
    source: 'Nomos 1, in the version of QED-Nano',
    schema: nomosSettings,
    prompts: ['score', 'consolidate', 'compare', 'again'],
    presets: nomosPresets,
    solverPrompt: 'prove',
    create: (settings, prompts, solver) =>
      nomos(settings, { ...prompts.nomos, solver: solver ?? prompts.singleTurn }),
    plan: nomosPlan,
  }),
  kind({
    name: 'rsa',
    summary: 'a population rewritten by merging blocks of it, then a knockout',
    source: 'Recursive Self-Aggregation, with the selection of QED-Nano',
    schema: rsaSettings,
    prompts: ['merge', 'compare', 'again'],
    presets: rsaPresets,
    solverPrompt: 'prove',
    create: (settings, prompts, solver) =>
      rsa(settings, { ...prompts.rsa, solver: solver ?? prompts.singleTurn }),
    plan: rsaPlan,
  }),
  kind({
    name: 'deepseek-math',
    summary: 'a pool of proofs, verified several times and refined with the hardest analyses',
    source: 'DeepSeek-Math-V2, in the version of QED-Nano',
    schema: deepseekMathSettings,
    prompts: ['dsm-verify', 'dsm-refine', 'again'],
    presets: deepseekMathPresets,
    solverPrompt: 'dsm-prove',
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
    prompts: [],
    solverPrompt: 'prove',
    create: (settings, prompts, solver) =>
      majority(settings, { ...prompts.majority, solver: solver ?? prompts.singleTurn }),
    plan: majorityPlan,
  }),
  kind({
    name: 'best-of-n',
    summary: 'the best scored of several solutions; a baseline with a judge',
    source: 'rejection sampling',
    schema: bestOfNSettings,
    prompts: ['score', 'again'],
    solverPrompt: 'prove',
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
