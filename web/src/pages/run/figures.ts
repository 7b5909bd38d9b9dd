/**
 * The figures that are drawn of each kind of stage: what they are called, what one sees in them and which direction is good,
 * in words for somebody who sees them for the first time.
 */
export interface FigureLine {
  /** Name of the column. */
  readonly column: string;
  readonly label: string;
  /** Colour of the stylesheet; the stage's own where absent. */
  readonly colour?: string;
  /** Values are multiplied by it: 100 for percent. */
  readonly times?: number;
  readonly minus?: number;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly note: string;
  readonly lines: readonly FigureLine[];
  /** Ends of an interval around the first line. */
  readonly band?: readonly [low: string, high: string];
  /** Measured at some steps only: drawn with points, not smoothed. */
  readonly isSparse?: boolean;
  /** Lines are shares of a whole. */
  readonly isStacked?: boolean;
  readonly range?: readonly [number, number];
}

export interface FigureGroup {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly Figure[];
}

const percent = (column: string, label: string, colour?: string): FigureLine => ({
  ...{ column, label, times: 100 },
  ...(colour === undefined ? {} : { colour }),
});
const plain = (column: string, label: string, colour?: string): FigureLine => ({
  ...{ column, label },
  ...(colour === undefined ? {} : { colour }),
});

const turnColours = ['rl', 'rc', 'sft', 'judge', 'base'];

const cost: FigureGroup = {
  id: 'cost',
  title: 'What does it take?',
  figures: [
    {
      ...{ id: 'seconds', title: 'Time per step', unit: 'seconds' },
      note: 'How long a step takes, and how much of it the optimiser is at work. What lies between is waiting or measuring.',
      lines: [plain('cost/seconds', 'whole step'), plain('cost/trainingSeconds', 'training', 'sft')],
    },
    {
      ...{ id: 'shares', title: 'Who is at work', unit: '% of the time', range: [0, 100] },
      note: 'Sampling, grading and training overlap. What is near 100 % is what limits the pace.',
      lines: [
        percent('cost/samplingShare', 'sampling'),
        percent('cost/gradingShare', 'grading', 'judge'),
        percent('cost/trainingShare', 'training', 'sft'),
      ],
    },
    {
      ...{ id: 'throughput', title: 'Throughput', unit: 'tokens per second' },
      note: 'Higher is faster. A fall without a change of settings is worth a look.',
      lines: [
        plain('cost/sampledTokensPerSecond', 'sampled'),
        plain('trainedPerSecond', 'trained on', 'sft'),
      ],
    },
    {
      ...{ id: 'waiting', title: 'Waiting', unit: 'seconds per step' },
      note: 'How long the optimiser waited for groups, and how much of that for the last few alone. Near 0 is good.',
      lines: [
        plain('cost/waitedSeconds', 'for groups'),
        plain('cost/stragglerSeconds', 'for stragglers', 'bad'),
      ],
    },
    {
      ...{ id: 'memory', title: 'Memory', unit: 'GiB' },
      note: 'Of the process after each step. It should level off.',
      lines: [{ column: 'cost/residentBytes', label: 'resident', times: 1 / 2 ** 30 }],
    },
  ],
};

/** Of stages that train the policy by rewards. `groups/…` shares are made of the counts (see `derived`). */
export const policyFigures: readonly FigureGroup[] = [
  {
    id: 'learning',
    title: 'Is it learning?',
    figures: [
      {
        ...{ id: 'heldOut', title: 'Held-out score', unit: '% of full marks', isSparse: true },
        note: 'Score on problems that are never trained on, with its 95 % interval. Up is good: this is what training is for.',
        lines: [percent('heldOut/score', 'held-out score')],
        band: ['heldOut/ci/0', 'heldOut/ci/1'],
      },
      {
        ...{ id: 'reward', title: 'Reward', unit: '% of full marks' },
        note: 'Mean points of the attempts that are trained on. Up is good, if the held-out score follows; if it does not, the policy learns the problems or the grader by heart.',
        lines: [
          percent('reward', 'reward'),
          percent('exactReward', 'exact grade of the same attempts', 'sft'),
        ],
      },
      {
        ...{
          id: 'groups',
          title: 'What groups teach',
          unit: '% of the groups',
          isStacked: true,
          range: [0, 100],
        },
        note: 'Only a group whose rewards differ teaches something. Fewer groups in which all fail, and more in which all succeed, mean that problems have become easier for the policy.',
        lines: [
          percent('share/trained', 'rewards differ: teaches', 'run-taught'),
          percent('share/allEqual', 'all alike', 'run-equal'),
          percent('share/allFull', 'all full marks', 'run-full'),
          percent('share/allZero', 'all zero', 'run-zero'),
          percent('share/tooFewGrades', 'not graded', 'base'),
        ],
      },
    ],
  },
  {
    id: 'writing',
    title: 'How does it write?',
    figures: [
      {
        ...{ id: 'length', title: 'Length of replies', unit: 'tokens' },
        note: 'Mean tokens of an attempt; the dashed line is the limit. Shorter is good while the reward rises, for less is cut; without a rising reward it is a warning.',
        lines: [plain('lengthMean', 'length'), plain('limit', 'limit', 'soft')],
      },
      {
        ...{ id: 'overflow', title: 'Overflow', unit: '% of attempts cut', range: [0, 100] },
        note: 'Attempts that were cut at the limit and so have no proof. Down is good: each one saved can earn points.',
        lines: [percent('overflowShare', 'overflow')],
      },
      {
        ...{ id: 'entropy', title: 'Entropy', unit: 'nats per token' },
        note: 'How undecided the policy is about the next token. It falls as the policy becomes sure; near 0 all attempts are alike and nothing is learnt any more.',
        lines: [plain('entropy', 'entropy')],
      },
      {
        ...{ id: 'turns', title: 'Reward by turn', unit: '% of full marks' },
        note: 'Attempts that begin at summaries of earlier turns. Later turns above the first mean that the cache helps.',
        lines: [1, 2, 3, 4, 5].map((turn) =>
          percent(`turns/${turn}/reward`, `turn ${turn}`, turnColours[turn - 1]),
        ),
      },
    ],
  },
  {
    id: 'trust',
    title: 'Can the training be trusted?',
    figures: [
      {
        ...{ id: 'mismatch', title: 'Mismatch KL', unit: 'nats per token' },
        note: 'How far the probabilities of the sampler are from those of the trainer. Near 0 is good; it grows with the age of the attempts.',
        lines: [plain('mismatchKl', 'mismatch KL')],
      },
      {
        ...{ id: 'ratio', title: 'Largest probability ratio', unit: 'of a trained token' },
        note: 'New over old probability of the token that changed most. Near 1 is good; large values are clipped.',
        lines: [plain('maxRatio', 'largest ratio')],
      },
      {
        ...{ id: 'lag', title: 'Age of the tokens', unit: 'optimiser steps (lag)' },
        note: 'Steps between the weights that sampled a token and those that train on it. It stays below the bound of the recipe. Click a step to see how its tokens are spread.',
        lines: [plain('lag/mean', 'mean'), plain('lag/most', 'oldest', 'bad')],
      },
      {
        ...{ id: 'gradient', title: 'Gradient norm', unit: 'before clipping' },
        note: 'How hard a step pulls. Even is good; a jump shows an odd batch.',
        lines: [plain('gradientNorm', 'gradient norm')],
      },
      {
        ...{ id: 'ungraded', title: 'Judge failures', unit: 'attempts per step' },
        note: 'Attempts that could not be graded. They are left out and never count as 0. None is good.',
        lines: [plain('ungradedAttempts', 'ungraded attempts', 'bad')],
      },
      {
        ...{ id: 'dropped', title: 'Dropped groups', unit: 'groups per step' },
        note: 'Groups that were sampled and not trained on, because they came too late or, with refilling, taught nothing.',
        lines: [plain('dropped', 'dropped groups', 'bad')],
      },
    ],
  },
  cost,
];

/** Of stages that train on texts. */
export const supervisedFigures: readonly FigureGroup[] = [
  {
    id: 'learning',
    title: 'Is it learning?',
    figures: [
      {
        ...{ id: 'loss', title: 'Loss', unit: 'nats per token' },
        note: 'How surprised the model is by the texts of each step. Down is good.',
        lines: [plain('loss', 'training loss')],
      },
      {
        ...{ id: 'validation', title: 'Validation loss', unit: 'nats per token', isSparse: true },
        note: 'The same on texts that are not trained on. Down is good; up while the training loss falls is learning by heart.',
        lines: [plain('validationLoss', 'validation loss')],
      },
    ],
  },
  {
    id: 'trust',
    title: 'Can the training be trusted?',
    figures: [
      {
        ...{ id: 'gradient', title: 'Gradient norm', unit: 'before clipping' },
        note: 'How hard a step pulls. A jump shows an odd batch.',
        lines: [plain('gradientNorm', 'gradient norm')],
      },
      {
        ...{ id: 'rate', title: 'Learning rate', unit: 'of the optimiser' },
        note: 'As the recipe plans it: up while it warms up, then down.',
        lines: [plain('learningRate', 'learning rate')],
      },
    ],
  },
  cost,
];
