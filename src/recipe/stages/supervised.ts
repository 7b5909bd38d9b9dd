/**
 * The stages pretrain and sft: supervised training over the texts that the data stage wrote. Batches, schedule
 * and weights are functions of recipe and data, so a killed stage goes on from its last checkpoint and comes to
 * the same end; the journal refuses a repeated step whose figures differ.
 */
import type { JournalEvent } from '../../journal/journal.ts';
import { readExamples } from '../../problems/examples.ts';
import { seedFrom } from '../../stats/random.ts';
import { warmupCosine } from '../../train/schedule.ts';
import { supervisedStep, validationLoss } from '../../train/supervised.ts';
import { planBatches, type TokenisedText, tokeniseTexts } from '../../train/texts.ts';
import { type CheckpointName, pruneFinished, saveCheckpoint } from '../checkpoints.ts';
import { loadFormat, stageModel } from '../model-setup.ts';
import { optimiserStep } from '../optimiser.ts';
import {
  dataPath,
  lastStep,
  type RunContext,
  recordStep,
  StageClock,
  throwIfStopped,
  untilStopped,
} from '../run-context.ts';
import type { SupervisedSettings } from '../schema.ts';

export async function runSupervised(
  context: RunContext,
  stage: 'pretrain' | 'sft',
  settings: SupervisedSettings,
): Promise<string> {
  const own: CheckpointName = stage === 'pretrain' ? 'base' : 'sft';
  const from = stage === 'sft' && context.recipe.pretrain !== undefined ? 'base' : undefined;
  const clock = new StageClock(context.journal, stage);
  const format = await loadFormat(context);
  const read = (name: string) =>
    tokeniseTexts(readExamples(dataPath(context, name)), format, settings.maximumTokens);
  const training = await read(`${stage}.jsonl`);
  const validation = await read(`${stage}-validation.jsonl`);
  if (training.texts.length === 0) {
    throw new Error(
      `${stage}: no text is within maximumTokens ${settings.maximumTokens} (the longest has ${training.leftOut.longest})`,
    );
  }
  if (training.leftOut.count > 0) {
    context.progress.remark(
      `${stage}: ${training.leftOut.count} texts longer than ${settings.maximumTokens} tokens are left out (longest ${training.leftOut.longest})`,
    );
  }
  const plan = planBatches(
    training.texts.map((text) => text.tokens_T.length),
    { ...settings, seed: seedFrom(context.recipe.seed, stage) },
  );
  if (plan.length === 0) {
    throw new Error(
      `${stage}: epochs ${settings.epochs} of ${training.texts.length} texts make no step; raise epochs`,
    );
  }
  const { model, step: done } = await stageModel(context, { own, from, format });
  // Whole steps: trained and recorded.
  let step = done;
  let saved = done;
  const save = async (): Promise<void> => {
    if (step === saved) return;
    await saveCheckpoint(context, own, step, model, format);
    saved = step;
  };
  const train = async (): Promise<string> => {
    if (done > 0) context.progress.remark(`${stage}: going on after step ${done} of ${plan.length}`);
    let lastValidation = await recordedValidation(context, stage, done);
    while (step < plan.length) {
      throwIfStopped(context);
      const began = performance.now();
      const texts = (plan[step] ?? []).map((index) => training.texts[index] as TokenisedText);
      const factor = warmupCosine(step, plan.length, settings.warmupShare, settings.finalLearningRateShare);
      const optimiser = optimiserStep(settings.optimiser, factor);
      const result = await supervisedStep(model, texts, optimiser);
      const seconds = (performance.now() - began) / 1000;
      const isLast = step + 1 === plan.length;
      const validates = validation.texts.length > 0 && (isLast || (step + 1) % settings.validateEvery === 0);
      if (validates) lastValidation = await validationLoss(model, validation.texts);
      await recordStep(
        context,
        stage,
        step + 1,
        {
          loss: result.loss,
          ...(validates && lastValidation !== undefined ? { validationLoss: lastValidation } : {}),
          learningRate: optimiser.learningRate,
          gradientNorm: result.gradientNorm,
          trainedTokens: result.trainedTokens,
          processedTokens: result.processedTokens,
        },
        seconds,
      );
      step += 1;
      context.progress.step(stage, {
        step,
        steps: plan.length,
        figures: {
          loss: result.loss.toFixed(3),
          ...(lastValidation === undefined ? {} : { validation: lastValidation.toFixed(3) }),
          'tok/s': (result.processedTokens / seconds).toFixed(0),
        },
      });
      if (isLast || step % settings.checkpointEvery === 0) {
        await save();
        await clock.lap();
      }
      await clock.lapWhenDue();
    }
    await pruneFinished(context, own);
    return lastValidation === undefined ? '' : `validation loss ${lastValidation.toFixed(3)}`;
  };
  try {
    return await untilStopped(context, clock, train, save);
  } finally {
    await model.close();
  }
}

/** The last validation loss up to a step, as an earlier sitting recorded it. */
async function recordedValidation(
  context: RunContext,
  stage: 'pretrain' | 'sft',
  step: number,
): Promise<number | undefined> {
  const lossOf = ({ value }: JournalEvent) => (value as { readonly validationLoss?: number }).validationLoss;
  const event = await lastStep(
    context.journal,
    stage,
    (candidate) => Number(candidate.key) <= step && lossOf(candidate) !== undefined,
  );
  return event === undefined ? undefined : lossOf(event);
}
