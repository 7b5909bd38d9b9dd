/** How a stage of reinforcement learning gives its weights to the sampler, and how it knows that they got there (train/weight-sync/). */
import type { TrainableModel } from '../../engine/engine.ts';
import { systemClock } from '../../model/openai/clock.ts';
import { readProblems } from '../../problems/problem-file.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import type { GrpoStepResult } from '../../train/grpo.ts';
import { SamplerMismatchError } from '../../train/weight-sync/canary.ts';
import { WeightSync } from '../../train/weight-sync/weight-sync.ts';
import { dataPath, type RunContext } from '../run-context.ts';
import type { RlSettings } from '../schema.ts';
import type { RlRun } from './rl-attempts.ts';
import type { Gathered } from './rl-batch.ts';
import { askOf } from './rl-questions.ts';

export async function openWeights(
  context: RunContext,
  settings: RlSettings,
  { model, format }: { readonly model: TrainableModel; readonly format: ChatFormat },
): Promise<WeightSync> {
  const { pipeline, temperature, alarms } = settings;
  const [problem] = await readProblems(dataPath(context, 'train.jsonl'));
  if (problem === undefined) throw new Error('there are no problems to train on');
  return new WeightSync(
    model,
    await model.liveSampler(),
    { seconds: pipeline.updateSeconds, clock: systemClock },
    {
      prompt_T: format.renderPrompt(askOf(context.recipe, settings)(problem)),
      ...{ temperature, stopTokenIds: format.stopTokenIds },
      most: alarms.sameLogprob === 'off' ? undefined : alarms.sameLogprob,
    },
  );
}

/**
 * SAME-LOGPROB in what was trained: where all of a batch was sampled by the weights that the step trained, every ratio is 1 but for
 * numerical difference. Throws a SamplerMismatchError, before the step is recorded.
 */
export function checkOwnVersion(
  { settings, firstVersion }: RlRun,
  step: number,
  { groups }: Gathered,
  { maxRatio }: GrpoStepResult,
): void {
  const most = settings.alarms.sameLogprob;
  if (most === 'off') return;
  const trained = firstVersion + step - 1;
  const isOwn = groups.every(({ rollouts_G }) =>
    rollouts_G.every(({ sample }) => sample.versions.every(({ version }) => version === trained)),
  );
  const difference = Math.log(maxRatio);
  if (isOwn && !(difference <= most))
    throw new SamplerMismatchError(
      difference,
      most,
      `in step ${step}, all of which its own weights have sampled`,
    );
}
