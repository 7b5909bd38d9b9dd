/**
 * The stages pretrain, sft and judge: supervised training over the texts that the data stage wrote. Batches, schedule
 * and weights are functions of recipe and data, so a killed stage goes on from its last checkpoint and comes to
 * the same end; the journal refuses a repeated step whose figures differ.
 */
import type { TrainableModel } from '../../engine/engine.ts';
import type { JournalEvent } from '../../journal/journal.ts';
import { seedFrom } from '../../stats/random.ts';
import { onePerProblem, shortestPerProblem } from '../../train/one-per-problem.ts';
import { scheduleFactor } from '../../train/schedule.ts';
import { supervisedStep, validationLoss } from '../../train/supervised.ts';
import {
  type ExampleText,
  planBatches,
  type TextSet,
  type TokenisedText,
  tokeniseTexts,
} from '../../train/texts.ts';
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
import type { Recipe, SftSettings, SupervisedSettings } from '../schema.ts';
import { memoryText, stepCost } from '../step-cost.ts';
import { examplesForTemplate } from './same-template.ts';

export type SupervisedStage = 'pretrain' | 'sft' | 'judge';

export async function runSupervised(
  context: RunContext,
  stage: SupervisedStage,
  settings: SupervisedSettings | SftSettings,
): Promise<string> {
  const own: CheckpointName = stage === 'pretrain' ? 'base' : stage;
  const from = parentOf(context.recipe, stage);
  const clock = new StageClock(context.journal, stage);
  const format = await loadFormat(context);
  const { data: source } = context.recipe;
  const rule = source.kind === 'examples' || source.kind === 'problems' ? source.chatTemplate : 'same';
  const examples = (name: string) =>
    examplesForTemplate(dataPath(context, name), format.tokenizer.configJson, rule);
  const read = (name: string) => tokeniseTexts(examples(name), format, settings);
  const training = await read(`${stage}.jsonl`);
  const validation = await read(`${stage}-validation.jsonl`);
  if (training.texts.length === 0) {
    throw new Error(
      `${stage}: no text is within maximumTokens ${settings.maximumTokens} (the longest has ${training.leftOut.longest})`,
    );
  }
  for (const remark of longTextRemarks(training, settings.maximumTokens)) {
    context.progress.remark(`${stage}: ${remark}`);
  }
  const seed = seedFrom(context.recipe.seed, stage);
  const data = 'data' in settings ? settings.data : 'all';
  const texts = chosenTexts(training.texts, data, seed);
  if (data !== 'all') {
    const which = data === 'one-per-problem' ? 'one text' : 'the shortest text';
    context.progress.remark(
      `${stage}: ${which} for each of ${texts.length} problems, of ${training.texts.length}`,
    );
  }
  const plan = planBatches(
    texts.map((text) => text.tokens_T.length),
    { ...settings, seed },
  );
  if (plan.length === 0) {
    throw new Error(
      `${stage}: epochs ${settings.epochs} of ${texts.length} texts make no step; raise epochs`,
    );
  }
  // For whoever watches: nothing else in the record says how many steps there will be.
  await context.journal.append(`${stage}/plan`, 'steps', { value: { steps: plan.length } });
  const { model, step: done } = await stageModel(context, { own, from, format });
  // Whole steps: trained and recorded.
  let step = done;
  let saved = done;
  const save = async (): Promise<void> => {
    if (step === saved) return;
    await saveCheckpoint(context, own, step, model);
    saved = step;
  };
  const train = async (): Promise<string> => {
    if (done > 0) context.progress.remark(`${stage}: going on after step ${done} of ${plan.length}`);
    let lastValidation =
      done === 0
        ? await validationBefore(context, stage, model, validation.texts)
        : await recordedValidation(context, stage, done);
    const schedule = {
      kind: settings.schedule,
      warmupShare: settings.warmupShare,
      finalShare: settings.finalLearningRateShare,
    };
    while (step < plan.length) {
      throwIfStopped(context);
      const began = performance.now();
      const batch = (plan[step] ?? []).map((index) => texts[index] as TokenisedText);
      const factor = scheduleFactor(step, plan.length, schedule);
      const optimiser = optimiserStep(settings.optimiser, factor);
      const result = await supervisedStep(model, batch, optimiser);
      const seconds = (performance.now() - began) / 1000;
      const isLast = step + 1 === plan.length;
      const validates = validation.texts.length > 0 && (isLast || (step + 1) % settings.validateEvery === 0);
      if (validates) lastValidation = await validationLoss(model, validation.texts);
      const cost = stepCost(seconds, seconds);
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
        cost,
      );
      step += 1;
      context.progress.step(stage, {
        step,
        steps: plan.length,
        figures: {
          loss: result.loss.toFixed(3),
          ...(lastValidation === undefined ? {} : { validation: lastValidation.toFixed(3) }),
          'tok/s': (result.processedTokens / seconds).toFixed(0),
          memory: memoryText(cost),
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

/** The checkpoint that a stage goes on from; without one it begins with a new model, or with `model.from`. */
function parentOf({ pretrain, sft }: Recipe, stage: SupervisedStage): 'base' | 'sft' | undefined {
  if (stage === 'judge' && sft !== undefined) return 'sft';
  return stage !== 'pretrain' && pretrain !== undefined ? 'base' : undefined;
}

function longTextRemarks({ leftOut, cut }: TextSet, maximumTokens: number): string[] {
  const remark = (what: string, { count, longest }: TextSet['cut']) =>
    count === 0
      ? []
      : [`${count} texts longer than ${maximumTokens} tokens are ${what} (longest ${longest})`];
  return [...remark('left out', leftOut), ...remark('cut', cut)];
}

/** The validation loss of the model that the stage begins from, recorded for the report. */
async function validationBefore(
  context: RunContext,
  stage: SupervisedStage,
  model: TrainableModel,
  texts: readonly TokenisedText[],
): Promise<number | undefined> {
  if (texts.length === 0) return undefined;
  const recorded = await context.journal.find(`${stage}/held-out`, '0');
  if (recorded !== undefined) return (recorded.value as { readonly validationLoss: number }).validationLoss;
  const loss = await validationLoss(model, texts);
  await context.journal.append(`${stage}/held-out`, '0', { value: { validationLoss: loss } });
  return loss;
}

/** The last validation loss up to a step, as an earlier sitting recorded it. */
async function recordedValidation(
  context: RunContext,
  stage: SupervisedStage,
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

function chosenTexts(
  texts: readonly ExampleText[],
  data: SftSettings['data'],
  seed: number,
): readonly ExampleText[] {
  if (data === 'one-per-problem') return onePerProblem(texts, seed);
  return data === 'all' ? texts : shortestPerProblem(texts, ({ tokens_T }) => tokens_T.length);
}
