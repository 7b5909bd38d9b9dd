/**
 * A stage of reinforcement learning: GRPO on rubric rewards, by the asynchronous pipeline (train/pipeline/). Attempts
 * are sampled and graded by the newest weights while the optimiser steps. The attempts of a step and its batch are durable before the optimiser
 * steps, so a killed run applies them again from its last checkpoint without sampling or grading anew, and applies no
 * step twice; what was under way for later steps is taken up where it was.
 */
import { exactGrader } from '../../lab/exact-grader.ts';
import { systemClock } from '../../model/openai/clock.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { grpoStep } from '../../train/grpo.ts';
import { Pipeline } from '../../train/pipeline/pipeline.ts';
import { SampleShelf } from '../../train/pipeline/sample-shelf.ts';
import { Slots } from '../../train/pipeline/slots.ts';
import { warmupConstant } from '../../train/schedule.ts';
import { pruneFinished, saveCheckpoint } from '../checkpoints.ts';
import { loadFormat, stageModel } from '../model-setup.ts';
import { optimiserStep } from '../optimiser.ts';
import { dataPath, type RunContext, StageClock, throwIfStopped, untilStopped } from '../run-context.ts';
import type { PolicyStage, RcSettings, RlSettings } from '../schema.ts';
import { resumedWatch } from './rl-alarms.ts';
import { type RlRun, rollerOf, type WaitingGroup } from './rl-attempts.ts';
import { committedBatches, endedGroups, gather, goneGroups, replay } from './rl-batch.ts';
import { checkJudgeable, openGrader } from './rl-grader.ts';
import { type HeldOut, heldOutBefore, recordedHeldOut } from './rl-held-out.ts';
import { grpoSettings } from './rl-objective.ts';
import { openSource } from './rl-open-source.ts';
import { askOf } from './rl-questions.ts';
import { StepRecorder } from './rl-recorder.ts';
import { referencePolicy } from './rl-reference.ts';
import type { GroupSource } from './rl-source.ts';
import { watched } from './rl-watch.ts';
import { checkOwnVersion, openWeights } from './rl-weights.ts';

export async function runRl(
  context: RunContext,
  stage: PolicyStage,
  settings: RlSettings | RcSettings,
): Promise<string> {
  const clock = new StageClock(context.journal, stage);
  // What is wrong with a judge is said before anything is loaded.
  const judge = await openGrader(context, settings);
  await checkJudgeable(context, stage, judge).catch(async (error: unknown) => {
    await judge.close();
    throw error;
  });
  const format = await loadFormat(context);
  const from = settings.from === 'base' && context.recipe.pretrain === undefined ? undefined : settings.from;
  const { model, step: done } = await stageModel(context, { own: stage, from, format });
  const weights = await openWeights(context, settings, { model, format });
  const { sampler } = weights;
  const reference = await referencePolicy(context, settings, { own: stage, from, format });
  let source: GroupSource | undefined;
  let pipeline: Pipeline<WaitingGroup> | undefined;
  try {
    const { samplingAtOnce = sampler.places ?? Number.POSITIVE_INFINITY, gradingAtOnce = judge.places } =
      settings.pipeline;
    const committed = await committedBatches({ context, stage });
    const ended = endedGroups(committed.values());
    const firstVersion = (await weights.publish()) - done;
    source = await openSource(context, stage, settings, {
      ...{ format, sampler, firstVersion },
      gone: goneGroups(committed, done),
    });
    const run: RlRun = {
      stage,
      context,
      settings,
      format,
      model,
      sampler,
      grader: judge.grader,
      exact: context.recipe.data.kind === 'lab' ? exactGrader : undefined,
      ask: askOf(context.recipe, settings),
      source,
      validation: await readProblems(dataPath(context, 'validation.jsonl')),
      grpo: (step) => grpoSettings(settings, step),
      reference,
      firstVersion,
      sampling: new Slots(samplingAtOnce, systemClock),
      grading: new Slots(gradingAtOnce, systemClock),
      shelf: new SampleShelf(settings.pipeline.heldBytes),
    };
    const watch = await resumedWatch(context.journal, stage, { settings, done });
    const recorder = new StepRecorder(run, watch);
    // Whole steps: trained and recorded.
    let step = done;
    let saved = done;
    let heldOut: HeldOut | undefined;
    // Groups whose rewards differed, in this sitting.
    let taught = 0;
    const save = async (): Promise<void> => {
      if (step === saved) return;
      await saveCheckpoint(context, stage, step, model);
      saved = step;
    };
    // A function of its own: what a step has trained on is gone while the next one waits for its groups.
    const oneStep = async (running: Pipeline<WaitingGroup>, next: number): Promise<void> => {
      const before = committed.get(next);
      if (before === undefined) running.start();
      // Stopping cuts off the attempts that are under way; a step that trains is finished.
      const gathered =
        before === undefined
          ? await watched(run, running, gather(run, running, next))
          : await replay(run, next, before);
      const canaryMismatch = await weights.confirmed();
      const began = performance.now();
      const optimiser = optimiserStep(settings.optimiser, warmupConstant(step, settings.warmupSteps));
      const result = await grpoStep(model, gathered.batch, run.grpo(next), optimiser, reference);
      checkOwnVersion(run, next, gathered, result);
      await weights.publish();
      if (before === undefined) running.advance(next);
      const trainingSeconds = (performance.now() - began) / 1000;
      const { learningRate } = optimiser;
      heldOut = await recorder.record(
        { step: next, gathered, result, learningRate, trainingSeconds, canaryMismatch },
        heldOut,
      );
      taught += gathered.batch.outcomes.trained;
      step = next;
      if (step === settings.steps || step % settings.checkpointEvery === 0) {
        await save();
        await clock.lap();
      }
    };
    const train = async (): Promise<string> => {
      if (done > 0) context.progress.remark(`${stage}: going on after step ${done} of ${settings.steps}`);
      heldOut = done === 0 ? await heldOutBefore(run) : await recordedHeldOut(run, done);
      const running = new Pipeline<WaitingGroup>(pipelineSettings(settings), rollerOf(run), systemClock, {
        step: Math.max(done, ...committed.keys()),
        ended,
      });
      pipeline = running;
      while (step < settings.steps) {
        throwIfStopped(context);
        await oneStep(running, step + 1);
        await clock.lapWhenDue();
      }
      await pruneFinished(context, stage);
      if (done === 0 && taught === 0) {
        context.progress.remark(
          `${stage}: no group taught anything, for the attempts of each got the same reward`,
        );
      }
      return heldOut === undefined ? '' : `held-out score ${(100 * heldOut.score).toFixed(1)} %`;
    };
    // Before anything is saved: what is under way ends first, so that the processor is free.
    const leave = async (): Promise<void> => {
      await pipeline?.close();
      await source?.close();
      await save();
    };
    return await untilStopped(context, clock, train, leave);
  } finally {
    await pipeline?.close();
    await source?.close();
    await judge.close();
    await weights.close();
    await reference?.close();
    await model.close();
  }
}

function pipelineSettings({ steps, problemsPerStep, pipeline }: RlSettings) {
  const { maxLag, stragglerSeconds, stallSeconds } = pipeline;
  return { steps, groupsPerStep: problemsPerStep, maxLag, stragglerSeconds, stallSeconds };
}
