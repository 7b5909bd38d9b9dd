/**
 * What a sitting of stage rl works with, and how it gets attempts: groups are sampled and graded together, each durable
 * by itself, so that nothing is sampled or graded twice.
 */
import type { PolicyVersion, Sampler, TrainableModel } from '../../engine/engine.ts';
import type { Grader, Ungraded } from '../../grade/grade.ts';
import { runTogether } from '../../journal/run-together.ts';
import { provePrompt } from '../../lab/prompts.ts';
import type { Problem } from '../../problems/problem.ts';
import { seedFrom } from '../../stats/random.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { collectGroup, type RolloutGroup } from '../../train/collect.ts';
import type { GrpoSettings } from '../../train/grpo.ts';
import type { RunContext } from '../run-context.ts';
import type { RlSettings } from '../schema.ts';

export interface RlRun {
  readonly context: RunContext;
  readonly settings: RlSettings;
  readonly format: ChatFormat;
  readonly model: TrainableModel;
  readonly sampler: Sampler;
  readonly grader: Grader;
  readonly problems: readonly Problem[];
  readonly validation: readonly Problem[];
  /** The objective of a step, from 1 on. */
  readonly grpo: (step: number) => GrpoSettings;
  /** Where the objective has a KL term. */
  readonly reference: TrainableModel | undefined;
}

export async function collect(
  run: RlRun,
  unit: string,
  problems: readonly Problem[],
  options: {
    readonly attempts: number;
    readonly version: number;
    readonly truncation: RlSettings['truncation'];
    readonly grader: Grader;
    /** Cuts attempts off; without it they are waited for. */
    readonly signal?: AbortSignal;
    readonly ungraded?: readonly (readonly [group: number, attempt: number, grade: Ungraded])[];
  },
): Promise<RolloutGroup[]> {
  const { context, settings, sampler, format } = run;
  const { journal } = context;
  const { grader, ungraded, signal: stop = new AbortController().signal } = options;
  return await runTogether(problems, stop, (problem, index, signal) =>
    collectGroup(
      { journal, sampler, format, grader, signal },
      {
        unit: `${unit}/${index}`,
        problem,
        messages: [{ role: 'user', content: provePrompt(problem.statement) }],
        attempts: options.attempts,
        maxTokens: settings.maxTokens,
        temperature: settings.temperature,
        truncation: options.truncation,
        version: options.version as PolicyVersion,
        seed: seedFrom(context.recipe.seed, 'rl'),
        ...(ungraded === undefined
          ? {}
          : {
              ungraded: new Map(
                ungraded.flatMap(([group, attempt, grade]) => (group === index ? [[attempt, grade]] : [])),
              ),
            }),
      },
    ),
  );
}
