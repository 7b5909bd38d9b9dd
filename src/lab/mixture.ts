/**
 * Which text comes next: the mixtures of pre-training, of supervised fine-tuning and of the judge's training, as
 * functions of how far the stage has got. Pre-training begins with reciting rules and with small problems and leaves both
 * behind, because everything else rests on looking a rule up. The policy is not trained to judge, nor the judge to prove;
 * and nobody to merge or to refine, for to go on from a summary (`rc`, `teach-rc`) does it.
 */
import type { Random } from '../stats/random.ts';
import type { LabTask } from './skills.ts';

export type LabStage = 'pretrain' | 'sft' | 'judge';

export interface MixtureOptions {
  /** Share of SFT texts that repeat the skills of pre-training. */
  readonly sftReplay: number;
  /** Share of SFT texts in which the teacher goes on from a summary. */
  readonly sftSummaries: number;
}

export const DEFAULT_MIXTURE: MixtureOptions = { sftReplay: 0.3, sftSummaries: 0.1 };

type Weights = Partial<Record<LabTask, number>>;

const PRETRAIN: Weights = { prove: 0.6, rc: 0.25, summarise: 0.15 };

/** No `rc` by the student: on summaries, SFT teaches the teacher's style only. */
const REPLAY: Weights = { summarise: 1 };

/** What the judge is trained on once it can judge one proof. */
const JUDGE: Weights = { judge: 0.5, compare: 0.5 };

/** Up to here the judge sees one proof at a time: with several from the start it learns to judge none of them. */
export const ONE_PROOF = 0.65;

/** Up to here pre-training only recites. */
export const RECITE_ALONE = 0.1;
/** From here on nothing is recited, and no problem is of the small profile. */
export const CURRICULUM_END = 0.25;

export interface Draw {
  readonly task: LabTask;
  /** Take a problem of the small profile. */
  readonly small: boolean;
}

/** Draws the next text's task; `progress` is the share of the stage's tokens already written, in [0, 1). */
export function drawTask(
  stage: LabStage,
  progress: number,
  random: Random,
  options: MixtureOptions = DEFAULT_MIXTURE,
): Draw {
  if (stage === 'pretrain') {
    const small = random.chance(1 - progress / CURRICULUM_END);
    const recite = random.chance((CURRICULUM_END - progress) / (CURRICULUM_END - RECITE_ALONE));
    return { task: recite ? 'recite' : drawFrom(PRETRAIN, random), small };
  }
  if (stage === 'judge') {
    const task = progress < ONE_PROOF ? 'judge' : drawFrom(JUDGE, random);
    return { task, small: random.chance(1 - progress / CURRICULUM_END) };
  }
  const kind = random.next();
  if (kind < options.sftReplay) return { task: drawFrom(REPLAY, random), small: false };
  return { task: kind < options.sftReplay + options.sftSummaries ? 'teach-rc' : 'teach', small: false };
}

function drawFrom(weights: Weights, random: Random): LabTask {
  const tasks = Object.keys(weights) as LabTask[];
  return tasks[random.weighted(Object.values(weights))] ?? 'prove';
}
