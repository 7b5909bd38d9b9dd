/**
 * What the groups of a stage are attempts at. Group `index` of a run is asked for the same whenever it is asked, so that a
 * run that goes on rolls the groups that it had begun.
 */
import type { PolicyVersion } from '../../engine/engine.ts';
import type { Problem } from '../../problems/problem.ts';
import { Random } from '../../stats/random.ts';
import type { Message } from '../../tokenizer/tokenizer.ts';
import type { PolicyStage } from '../schema.ts';
import { type Ask, askStatement } from './rl-questions.ts';

/** What all attempts of a group are asked, and where that comes from. */
export interface GroupOrigin {
  readonly problem: Problem;
  readonly messages: readonly Message[];
  /** Where the prompt is a state of a Reasoning Cache. */
  readonly state?: GroupState;
}

export interface GroupState {
  /** The turn that its attempts take, from 1. */
  readonly turn: number;
  /** Of the oldest token that it was made of; undefined where it is the problem alone. */
  readonly oldestVersion: PolicyVersion | undefined;
  /** Tokens that its trajectory has sampled for this group and no earlier one. */
  readonly tokens: number;
}

export interface OriginRequest {
  /** Fires when the group is not wanted any longer. */
  readonly signal: AbortSignal;
  /** Something was done: the pipeline has not stalled. */
  readonly progressed?: () => void;
  /**
   * The pipeline's (train/pipeline/): whether a step may train on what rests on tokens of so many steps. Absent where the
   * group is on record.
   */
  readonly restsOn?: (version: number) => boolean;
}

/** What a source has under way. */
export interface SourceUse {
  /** States that have begun, or been reached, before their group. */
  readonly statesWaiting: number;
  readonly trajectoriesUnderWay: number;
}

export interface GroupSource {
  /** Asked once for an index in a sitting. A reason, in place of an origin, drops the group. */
  origin(index: number, request: OriginRequest): Promise<GroupOrigin | { readonly dropped: string }>;
  /** Undefined where nothing is made before its group. */
  use(): SourceUse | undefined;
  /** Stops what is under way, and waits for it. */
  close(): Promise<void>;
}

/** Every group is of attempts at a problem as it stands. */
export function plainProblems(order: (index: number) => Problem, ask: Ask = askStatement): GroupSource {
  return {
    origin: async (index) => plainOrigin(order(index), ask),
    use: () => undefined,
    close: async () => undefined,
  };
}

export function plainOrigin(problem: Problem, ask: Ask = askStatement): GroupOrigin {
  return { problem, messages: ask(problem) };
}

/** Problems in a shuffled order without repeats until all have been used, then in another order. */
export function shuffledOrder(
  problems: readonly Problem[],
  { stage, seed }: { readonly stage: PolicyStage; readonly seed: number },
): (index: number) => Problem {
  let known: { readonly epoch: number; readonly order: readonly Problem[] } | undefined;
  return (index) => {
    const epoch = Math.floor(index / problems.length);
    if (known?.epoch !== epoch)
      known = { epoch, order: new Random(`${stage}-order`, seed, epoch).shuffled(problems) };
    return known.order[index % problems.length] as Problem;
  };
}

/**
 * In the first pass by a tag that grows with difficulty, shuffled among equals; then like `shuffledOrder`. Throws where a
 * problem has no number there.
 */
export function easyFirst(
  problems: readonly Problem[],
  { stage, seed, tag }: { readonly stage: PolicyStage; readonly seed: number; readonly tag: string },
): (index: number) => Problem {
  const difficultyOf = ({ id, tags }: Problem): number => {
    const value = tags[tag];
    if (typeof value !== 'number')
      throw new Error(`${stage}.curriculumTag: problem ${id} has no number as tag ${JSON.stringify(tag)}`);
    return value;
  };
  const shuffled = shuffledOrder(problems, { stage, seed });
  const first = problems.map((_, index) => shuffled(index)).sort((a, b) => difficultyOf(a) - difficultyOf(b));
  return (index) => first[index] ?? shuffled(index);
}
