/**
 * From a judge as a person writes it to a judge. Everything that can be wrong is found before a model is opened: names,
 * settings, models; so a plan or a refusal costs nothing. An error says what there is instead.
 */
import { z } from 'zod';
import { type ChatModel, reasoningEfforts } from '../model/chat-model.ts';
import { type OpenModelOptions, type ResolvedModel, resolveModel } from '../model/open-model.ts';
import type { Problem } from '../problems/problem.ts';
import { type AnswerJudgeOptions, createAnswerJudge, type FinalAnswerJudge } from './answer-judge.ts';
import type { JudgeModel } from './ask-judge.ts';
import { createEnsemble, ensembleSettingsSchema } from './ensemble.ts';
import { createJudge, type Judge, type SingleJudge } from './judge.ts';
import { judgePresets } from './judge-presets.ts';
import { type JudgePrompts, judgePrompts } from './judge-prompts.ts';
import { type JudgeStyle, judgeSettingNames, judgeSettingsSchema } from './judge-settings.ts';
import { type JudgeSpec, JudgeSpecError, type JudgeSpecValue, parseJudgeSpec } from './judge-spec.ts';

export interface ResolveJudgeOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Of a judge whose spec names none, for example that of a suite. */
  readonly style?: JudgeStyle;
  readonly prompts?: JudgePrompts;
}

interface Resolved<T> {
  /** As it was asked for. */
  readonly spec: string;
  /** Those of its models, each once. */
  readonly models: readonly ResolvedModel[];
  /** What it will be called once it is open: part of the keys of its gradings. */
  readonly name: string;
  readonly calls: { readonly least: number; readonly most: number };
  /** Opens the models; `close` of the result closes them. */
  open(options?: OpenModelOptions): Promise<T & { close(): Promise<void> }>;
}

export interface ResolvedJudge extends Resolved<Judge> {
  /** What the problem lacks for this judge; undefined when nothing. */
  missing(problem: Problem): string | undefined;
}

export type ResolvedAnswerJudge = Resolved<FinalAnswerJudge>;

const ensembleNames = Object.keys(ensembleSettingsSchema.shape);
const callSchema = z.strictObject({
  maxTokens: z.int().positive().optional(),
  temperature: z.number().min(0).optional(),
  effort: z.enum(reasoningEfforts).optional(),
});
const callNames = Object.keys(callSchema.shape);
/** Every setting that may stand in the brackets of a judge or an ensemble. */
export const judgeSpecNames = [...judgeSettingNames, ...callNames, ...ensembleNames];

/** What a judge is told where neither the spec nor its model says. */
const fallback = { maxTokens: 16_384, temperature: 1 };

/**
 * Throws a JudgeSpecError or a ModelSpecError. Nothing is loaded and nobody is called.
 *
 * @example
 * const judge = await (await resolveJudge('gpt-oss-20b(style=opc,samples=3)')).open();
 */
export async function resolveJudge(spec: string, options: ResolveJudgeOptions = {}): Promise<ResolvedJudge> {
  const { prompts = judgePrompts(), style } = options;
  const parsed = withStyle(withPresets(parseJudgeSpec(spec, [...judgeSpecNames, 'model']), spec), style);
  const models = await modelsOf(parsed, options);
  const build = (open: (resolved: ResolvedModel) => ChatModel): Judge => {
    try {
      return judgeOf(parsed, (name) => chosen(models, name), open, prompts);
    } catch (error) {
      throw inSpec(spec, error);
    }
  };
  const planned = build(unopened);
  return {
    ...{ spec, name: planned.name, calls: planned.calls, models: [...models.values()] },
    missing: (problem) => planned.missing(problem),
    open: async (openOptions) => {
      const { open, close } = await openAll(models, openOptions);
      return { ...build(open), close };
    },
  };
}

/** A model that compares final answers, as `MODEL` or `MODEL(reasks=…,maxTokens=…,temperature=…)`. */
export async function resolveAnswerJudge(
  spec: string,
  options: Omit<ResolveJudgeOptions, 'style'> = {},
): Promise<ResolvedAnswerJudge> {
  const { prompts = judgePrompts() } = options;
  const parsed = parseJudgeSpec(spec, ['reasks', ...callNames]);
  const { model: name, settings } = parsed;
  if (name === undefined)
    throw new JudgeSpecError(`judge ${JSON.stringify(spec)}: answers are compared by one model`);
  const models = await modelsOf(parsed, options);
  const build = (open: (resolved: ResolvedModel) => ChatModel): FinalAnswerJudge => {
    const { reasks, ...calls } = settings;
    try {
      const count = z.int().min(0).max(5).optional().parse(reasks);
      const answering: AnswerJudgeOptions = {
        ...{ ...askingOf(calls, chosen(models, name), open), prompts },
        ...(count === undefined ? {} : { reasks: count }),
      };
      return createAnswerJudge(answering);
    } catch (error) {
      throw inSpec(spec, error);
    }
  };
  const planned = build(unopened);
  return {
    ...{ spec, name: planned.name, calls: planned.calls, models: [...models.values()] },
    open: async (openOptions) => {
      const { open, close } = await openAll(models, openOptions);
      return { ...build(open), close };
    },
  };
}

/** Judges that come with QED stand for what they are; what is said beside their names comes on top. */
function withPresets(spec: JudgeSpec, text: string): JudgeSpec {
  const { model, settings, members } = spec;
  if (model === undefined)
    return { model, settings, members: members.map((member) => withPresets(member, text)) };
  const preset = Object.hasOwn(judgePresets, model) ? judgePresets[model] : undefined;
  const { model: other, ...own } = settings;
  if (preset === undefined) {
    if (other === undefined) return spec;
    const names = Object.keys(judgePresets).join(', ');
    throw new JudgeSpecError(
      `judge ${JSON.stringify(text)}: model=… is for judges that come with QED (${names}); write ${other}(…)`,
    );
  }
  const known = parseJudgeSpec(preset.spec, judgeSpecNames);
  return {
    ...known,
    model: other === undefined ? known.model : String(other),
    settings: { ...known.settings, ...own },
  };
}

function withStyle(spec: JudgeSpec, style: JudgeStyle | undefined): JudgeSpec {
  return style === undefined || 'style' in spec.settings
    ? spec
    : { ...spec, settings: { ...spec.settings, style } };
}

/** By the spec of the model, so that judges with one model share it. */
async function modelsOf(
  spec: JudgeSpec,
  { environment }: ResolveJudgeOptions,
): Promise<ReadonlyMap<string, ResolvedModel>> {
  const names = spec.members.length > 0 ? spec.members.map(({ model }) => model) : [spec.model];
  const models = new Map<string, ResolvedModel>();
  for (const name of names) {
    if (name === undefined) throw new JudgeSpecError('an ensemble cannot stand in an ensemble');
    if (!models.has(name)) models.set(name, await resolveModel(name, environment));
  }
  return models;
}

function chosen(models: ReadonlyMap<string, ResolvedModel>, name: string | undefined): ResolvedModel {
  const found = models.get(name ?? '');
  if (found === undefined) throw new RangeError(`the model ${name} was not resolved`);
  return found;
}

function judgeOf(
  { model, settings, members }: JudgeSpec,
  resolved: (name: string | undefined) => ResolvedModel,
  open: (model: ResolvedModel) => ChatModel,
  prompts: JudgePrompts,
): Judge {
  const { ensemble, rest } = parted(settings);
  const single = (name: string | undefined, values: Values): SingleJudge => {
    const calls = Object.fromEntries(Object.entries(values).filter(([key]) => callNames.includes(key)));
    const judging = Object.fromEntries(Object.entries(values).filter(([key]) => !callNames.includes(key)));
    return createJudge({
      ...{ ...askingOf(calls, resolved(name), open), prompts },
      settings: judgeSettingsSchema.parse(judging),
    });
  };
  if (members.length === 0) {
    const judge = single(model, rest);
    if (Object.keys(ensemble).length === 0) return judge;
    const { samples = 1 } = ensemble;
    const name = `${judge.name.replace(/#[0-9a-f]{8}$/, '')}×${samples}`;
    return createEnsemble({
      judges: [judge],
      settings: ensembleSettingsSchema.parse(ensemble),
      prompts,
      name,
    });
  }
  const judges = members.map((member) => {
    const inside = parted(member.settings);
    const [stranger] = Object.keys(inside.ensemble);
    if (stranger !== undefined)
      throw new JudgeSpecError(`${stranger} is said of the ensemble, not of ${member.model}`);
    return single(member.model, { ...rest, ...inside.rest });
  });
  return createEnsemble({ judges, settings: ensembleSettingsSchema.parse(ensemble), prompts });
}

type Values = Readonly<Record<string, JudgeSpecValue>>;

function parted(settings: Values): { readonly ensemble: Values; readonly rest: Values } {
  const entries = Object.entries(settings);
  return {
    ensemble: Object.fromEntries(entries.filter(([key]) => ensembleNames.includes(key))),
    rest: Object.fromEntries(entries.filter(([key]) => !ensembleNames.includes(key))),
  };
}

function askingOf(
  values: Values,
  resolved: ResolvedModel,
  open: (model: ResolvedModel) => ChatModel,
): JudgeModel {
  const { defaults, contextTokens } = resolved;
  const said = callSchema.parse(values);
  // Half of a small context is left to the prompt.
  const fitting = contextTokens === undefined ? fallback.maxTokens : Math.floor(contextTokens / 2);
  const sampling =
    said.effort === undefined ? defaults.sampling : { ...defaults.sampling, reasoningEffort: said.effort };
  return {
    model: open(resolved),
    maxTokens: said.maxTokens ?? defaults.maxTokens ?? Math.min(fallback.maxTokens, fitting),
    temperature: said.temperature ?? defaults.temperature ?? fallback.temperature,
    ...(sampling === undefined ? {} : { sampling }),
  };
}

/** Stands for a model while nothing is called. */
function unopened({ name }: ResolvedModel): ChatModel {
  return {
    name,
    generate: () => {
      throw new Error(`${name} is not open`);
    },
  };
}

async function openAll(
  models: ReadonlyMap<string, ResolvedModel>,
  options: OpenModelOptions | undefined,
): Promise<{ readonly open: (model: ResolvedModel) => ChatModel; readonly close: () => Promise<void> }> {
  const opened = new Map<ResolvedModel, ChatModel>();
  const close = async (): Promise<void> => {
    await Promise.all([...opened.values()].map((model) => model.close?.()));
  };
  try {
    for (const model of models.values()) opened.set(model, await model.open(options));
  } catch (error) {
    await close();
    throw error;
  }
  const open = (model: ResolvedModel): ChatModel => opened.get(model) ?? unopened(model);
  return { open, close };
}

function inSpec(spec: string, error: unknown): unknown {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return new JudgeSpecError(
      `judge ${JSON.stringify(spec)}, ${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'not valid'}`,
    );
  }
  if (error instanceof JudgeSpecError && !error.message.startsWith('judge '))
    return new JudgeSpecError(`judge ${JSON.stringify(spec)}: ${error.message}`);
  return error;
}
