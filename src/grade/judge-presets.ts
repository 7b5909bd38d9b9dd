/** Judges that come with QED, by name: those of the paper. */
export interface JudgePreset {
  readonly spec: string;
  readonly description: string;
  readonly source: string;
}

export const judgePresets: Readonly<Record<string, JudgePreset>> = {
  'imo-proofbench': {
    spec: 'gemini-3-pro(style=imo-proofbench)',
    description: 'reference solution and guidelines, four levels: 0, 1, 6, 7',
    source: 'the paper’s evaluation on IMO-ProofBench',
  },
  proofbench: {
    spec: 'gemini-3-pro(style=proofbench-strict)',
    description: 'a marking scheme that binds, no reference solution, 0 to 7',
    source: 'the paper’s evaluation on ProofBench',
  },
  rl: {
    spec: 'gpt-oss-20b,sampling.reasoningEffort=medium(style=proofbench-strict)',
    description: 'the same with a small open model and medium effort',
    source: 'the reward of the paper’s reinforcement learning',
  },
};
