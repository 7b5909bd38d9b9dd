/** Where the groups of a stage come from, as its recipe says: problems as they stand, or states of the Reasoning Cache. */
import type { Sampler } from '../../engine/engine.ts';
import { resolveModel } from '../../model/open-model.ts';
import { readProblems } from '../../problems/problem-file.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { dataPath, type RunContext } from '../run-context.ts';
import type { PolicyStage, RcSettings, RlSettings } from '../schema.ts';
import { checkpointDirectory } from '../starting-model.ts';
import { withHints } from './rl-hints.ts';
import { askOf } from './rl-questions.ts';
import { easyFirst, type GroupSource, plainProblems, shuffledOrder } from './rl-source.ts';
import { cacheStates, type OtherSummariser } from './rl-states.ts';

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
    const plain = plainProblems(problemOf, askOf(context.recipe, settings));
    const { hints, problemsPerStep } = settings;
    return hints === undefined ? plain : withHints(plain, hints, { seed, groupsPerStep: problemsPerStep });
  }
  const summariser = await openSummariser(context, settings);
  return cacheStates(context, { ...options, settings, summariser, problemOf });
}

/** Who sums up, where it is not the trained model itself or nobody. */
async function openSummariser(
  context: RunContext,
  settings: RcSettings,
): Promise<OtherSummariser | undefined> {
  const { summariser, summary, from } = settings;
  if (summariser === 'frozen') {
    const sampler = await context.engine.loadSampler(await checkpointDirectory(context, from));
    return { kind: 'sampler', sampler };
  }
  if (summariser !== 'endpoint' || summary?.model === undefined) return undefined;
  const { progress } = context;
  const resolved = await resolveModel(summary.model);
  const model = await resolved.open({
    onEvent: (event) => {
      if (event.kind === 'breaker') progress.remark(`summariser: circuit ${event.state}`);
    },
  });
  return { kind: 'endpoint', model };
}
