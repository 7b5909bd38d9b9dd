/** Where the groups of a stage come from, as its recipe says: problems as they stand, or states of the Reasoning Cache. */
import type { Sampler } from '../../engine/engine.ts';
import { readProblems } from '../../problems/problem-file.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { dataPath, type RunContext } from '../run-context.ts';
import type { PolicyStage, RcSettings, RlSettings } from '../schema.ts';
import { checkpointDirectory } from '../starting-model.ts';
import { withHints } from './rl-hints.ts';
import { easyFirst, type GroupSource, plainProblems, shuffledOrder } from './rl-source.ts';
import { cacheStates } from './rl-states.ts';

export interface OpenSourceOptions {
  readonly format: ChatFormat;
  /** Live: what a trajectory is taken with. */
  readonly sampler: Sampler;
  /** Groups that will not be asked for, as they ended in earlier sittings. */
  readonly gone: ReadonlySet<number>;
  /** Version of the weights before the first step of the stage. */
  readonly firstVersion: number;
}

export async function openSource(
  context: RunContext,
  stage: PolicyStage,
  settings: RlSettings | RcSettings,
  options: OpenSourceOptions,
): Promise<GroupSource> {
  const problems = await readProblems(dataPath(context, 'train.jsonl'));
  const { seed } = context.recipe;
  const order = { stage, seed };
  const problemOf =
    settings.curriculum === 'none'
      ? shuffledOrder(problems, order)
      : easyFirst(problems, { ...order, tag: settings.curriculumTag });
  if (!('summariser' in settings)) {
    const plain = plainProblems(problemOf);
    const { hints, problemsPerStep } = settings;
    return hints === undefined ? plain : withHints(plain, hints, { seed, groupsPerStep: problemsPerStep });
  }
  const isFrozen = settings.summariser === 'frozen';
  const frozen = isFrozen
    ? await context.engine.loadSampler(await checkpointDirectory(context, settings.from))
    : undefined;
  return cacheStates(context, { ...options, settings, frozen, problemOf });
}
