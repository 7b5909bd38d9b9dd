/** The stages of a recipe in words: their titles, and what each does for somebody who sees it for the first time. */
import type { StageId } from '../../recipe/schema.ts';

export interface StageWords {
  readonly title: string;
  readonly what: string;
  readonly trains: 'policy' | 'supervised' | null;
}

export const stageWords: Readonly<Record<StageId, StageWords>> = {
  data: { title: 'Data', what: 'Problems, texts and the tokenizer are made or read.', trains: null },
  pretrain: {
    title: 'Pre-training',
    what: 'A base model learns the language of the domain from careless texts.',
    trains: 'supervised',
  },
  sft: {
    title: 'Supervised fine-tuning',
    what: 'The model learns to write proofs as a teacher does, by imitating its texts.',
    trains: 'supervised',
  },
  rl: {
    title: 'Reinforcement learning',
    what: 'The policy attempts problems in groups; attempts that earn more points than their group become likelier.',
    trains: 'policy',
  },
  rc: {
    title: 'Reasoning-Cache training',
    what: 'Reinforcement learning that begins at summaries of the policy’s own earlier turns, so that further turns help.',
    trains: 'policy',
  },
  judge: {
    title: 'Judge',
    what: 'A second model learns to judge and compare proofs.',
    trains: 'supervised',
  },
  evaluate: {
    title: 'Evaluation',
    what: 'Every checkpoint is scored on test problems that nothing was trained on.',
    trains: null,
  },
  report: { title: 'Report', what: 'Scores, intervals and effects are written up.', trains: null },
};
