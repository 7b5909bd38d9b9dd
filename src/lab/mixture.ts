/**
 * Which text comes next: the mixtures of pre-training, of supervised fine-tuning and of the judge's training, as
 * functions of how far the stage has got. Pre-training begins with reciting rules and with small problems and leaves both behind, because
 * everything else rests on looking a rule up. The shares are those of the feasibility study.
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

const PRETRAIN: Weights = {
  prove: 0.4,
  rc: 0.15,
  judge: 0.12,
  merge: 0.1,
  summarise: 0.08,
  compare: 0.08,
  refine: 0.07,
};

/** No `rc` by the student: on summaries, SFT teaches the teacher's style only. */
const REPLAY: Weights = { judge: 0.35, compare: 0.22, merge: 0.17, summarise: 0.15, refine: 0.11 };

/** What the judge is trained on: verdicts, and what it makes of proofs by way of them. */
const JUDGE: Weights = { judge: 0.35, compare: 0.25, merge: 0.3, refine: 0.1 };

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
    return { task: drawFrom(JUDGE, random), small: random.chance(1 - progress / CURRICULUM_END) };
  }
  const kind = random.next();
  if (kind < options.sftReplay) return { task: drawFrom(REPLAY, random), small: false };
  return { task: kind < options.sftReplay + options.sftSummaries ? 'teach-rc' : 'teach', small: false };
}

function drawFrom(weights: Weights, random: Random): LabTask {
  const tasks = Object.keys(weights) as LabTask[];
  return tasks[random.weighted(Object.values(weights))] ?? 'prove';
}
