/**
 * Made-up runs for tests and for looking at the report: plausible figures of a whole run, drawn from a seed.
 * Nothing here is a result.
 */
import type { GradeItem } from '../../grade/grade.ts';
import { Random } from '../../stats/random.ts';
import type {
  CheckpointName,
  EvaluatedAttempt,
  Evaluation,
  Example,
  ExampleAnswer,
  ReportInput,
  RlCurve,
  SupervisedCurve,
} from './report-input.ts';

interface FixtureOptions {
  readonly withRc?: boolean;
  readonly seeds?: readonly number[];
  readonly problems?: number;
}

/** Chance of full marks at n steps, mean length and overflow of each checkpoint. */
const levels: Readonly<
  Record<CheckpointName, { ease: number; slope: number; length: number; overflow: number }>
> = {
  base: { ease: -0.4, slope: 0.35, length: 19, overflow: 0.03 },
  sft: { ease: 2.6, slope: 0.65, length: 42, overflow: 0.38 },
  rl: { ease: 1.7, slope: 0.45, length: 32, overflow: 0.1 },
  rc: { ease: 1.5, slope: 0.42, length: 31, overflow: 0.09 },
};

/** A complete run of the miniature. */
export function reportFixture({
  withRc = false,
  seeds = [1],
  problems = 256,
}: FixtureOptions = {}): ReportInput {
  const checkpoints: CheckpointName[] = withRc ? ['base', 'sft', 'rl', 'rc'] : ['base', 'sft', 'rl'];
  return {
    name: 'lab',
    description: 'The whole recipe in miniature: pre-training, distillation, rubric-rewarded RL, evaluation.',
    recipeYaml:
      'name: lab\nseed: 1\nrl:\n  steps: 100\n  groupSize: 16\n  optimiser: { kind: adamw, learningRate: 3e-4 }\n',
    seeds,
    started: '2026-11-24T01:08:10.000Z',
    finished: '2026-11-24T01:18:31.000Z',
    seconds: 612.4,
    unfinishedStages: [],
    stages: [
      { id: 'data', seconds: 6.1, trainedTokens: 0, sampledTokens: 0 },
      { id: 'pretrain', seconds: 164, trainedTokens: 1_204_331, sampledTokens: 0 },
      { id: 'sft', seconds: 251, trainedTokens: 2_003_120, sampledTokens: 0 },
      { id: 'rl', seconds: 152, trainedTokens: 712_900, sampledTokens: 905_311 },
      { id: 'evaluate', seconds: 38.6, trainedTokens: 0, sampledTokens: 402_118 },
      { id: 'report', seconds: 0.9, trainedTokens: 0, sampledTokens: 0 },
    ],
    supervised: [
      supervisedCurve('pretrain', 'base', { steps: 800, from: 4.9, to: 0.42, tokensPerStep: 1505 }),
      supervisedCurve('sft', 'sft', { steps: 1300, from: 0.9, to: 0.31, tokensPerStep: 1540 }),
    ],
    rl: [rlCurve('rl'), ...(withRc ? [rlCurve('rc')] : [])],
    evaluations: seeds.flatMap((seed) =>
      checkpoints.flatMap((checkpoint) => [
        evaluation(checkpoint, 'single', seed, problems),
        ...[1, 2, 3].map((turn) => evaluation(checkpoint, 'reasoning-cache', seed, problems, turn)),
      ]),
    ),
    examples: examples(checkpoints),
    samples: [],
    environment: { cpu: 'Example CPU 3.0 GHz', cores: 2, node: '26.10.0', qed: '0.1.0' },
  };
}

/** A supervised run on real texts: a loss curve and sample texts, nothing evaluated. */
export function textOnlyFixture(): ReportInput {
  const whole = reportFixture({ problems: 4 });
  return {
    ...whole,
    name: 'harp-sft',
    description: 'Fine-tuning on human proofs of contest problems.',
    stages: whole.stages.filter(({ id }) => ['data', 'sft', 'report'].includes(id)),
    supervised: whole.supervised.slice(1),
    rl: [],
    evaluations: [],
    examples: [],
    samples: [
      {
        checkpoint: 'sft',
        prompt: 'Prove that the sum of two even integers is even.',
        text: ' Let the integers be $2a$ and $2b$. Then $2a + 2b = 2(a + b)$, which is even, so we are done.',
      },
    ],
  };
}

function supervisedCurve(
  stage: string,
  checkpoint: CheckpointName,
  { steps, from, to, tokensPerStep }: { steps: number; from: number; to: number; tokensPerStep: number },
): SupervisedCurve {
  const random = new Random('supervised', stage);
  return {
    stage,
    checkpoint,
    points: Array.from({ length: steps }, (_, i) => {
      const trend = to + (from - to) * Math.exp(-i / (steps / 9)) + 0.35 * (1 - i / steps) ** 2;
      const warm = Math.min(1, i / (0.05 * steps));
      return {
        step: i + 1,
        tokens: (i + 1) * tokensPerStep,
        loss: trend * (1 + 0.08 * random.normal()),
        learningRate: 4e-3 * warm * (0.55 + 0.45 * Math.cos((Math.PI * i) / steps)),
        ...(i % 100 === 99 ? { validationLoss: trend + 0.02 } : {}),
      };
    }),
  };
}

function rlCurve(checkpoint: 'rl' | 'rc'): RlCurve {
  const random = new Random('rl', checkpoint);
  const pace = checkpoint === 'rc' ? 18 : 30;
  return {
    stage: checkpoint,
    checkpoint,
    from: 'sft',
    tokenLimit: 48,
    points: Array.from({ length: 100 }, (_, i) => {
      const progress = 1 - Math.exp(-i / pace);
      const score = 0.18 + 0.2 * progress;
      const allZero = Math.max(0, Math.round(7 - 4.5 * progress + 1.2 * random.normal()));
      const allEqual = Math.max(0, Math.round(0.4 + 2 * progress + 0.8 * random.normal()));
      return {
        step: i + 1,
        reward: score + 0.03 + 0.03 * random.normal(),
        ...(i % 10 === 9 || i === 0 ? { heldOut: { score, ci: [score - 0.04, score + 0.04] as const } } : {}),
        lengthMean: 42 - 10.5 * progress + 0.8 * random.normal(),
        overflowShare: Math.max(0, 0.4 - 0.29 * progress + 0.03 * random.normal()),
        entropy: 0.42 - 0.2 * progress + 0.01 * random.normal(),
        gradientNorm: 0.5 + 0.1 * Math.abs(random.normal()),
        groups: { trained: 16 - allZero - allEqual, allZero, allEqual, ungraded: i === 40 ? 1 : 0 },
        mismatchKl: 2e-8 * random.normal(),
        maxRatio: 1 + 4e-5 * random.next(),
        seconds: 1.5 + 0.1 * random.next(),
        tokens: 7100,
      };
    }),
  };
}

function evaluation(
  checkpoint: CheckpointName,
  scaffold: Evaluation['scaffold'],
  seed: number,
  problems: number,
  turn?: number,
): Evaluation {
  const random = new Random('evaluation', checkpoint, scaffold, seed, turn ?? 0);
  const world = new Random('problems');
  const { ease, slope, length, overflow } = levels[checkpoint];
  const extra = ((turn ?? 1) - 1) * (checkpoint === 'rc' ? 0.7 : checkpoint === 'sft' ? 0.6 : 0.25);
  const problems_P = Array.from({ length: problems }, (_, p) => ({
    id: `test-${p}`,
    steps: world.integer(2, 7),
  }));
  const attempts_P_A = problems_P.map(({ steps }) => {
    const knack = ease - slope * steps + 0.8 * world.normal() + extra + (checkpoint === 'base' ? -1.2 : 0);
    return Array.from({ length: 4 }, (): EvaluatedAttempt => {
      const overflowed = random.chance(overflow / (turn ?? 1));
      const solved = random.chance(1 / (1 + Math.exp(-knack)));
      const score = overflowed
        ? 0
        : solved
          ? random.pick([7, 7, 7, 6, 5]) / 7
          : random.pick([0, 0, 0, 1, 2]) / 7;
      const tokens = Math.max(8, Math.round(length + 6 * random.normal()));
      return { score, length: tokens, overflowed, tokens: tokens * (turn ?? 1) };
    });
  });
  return {
    checkpoint,
    seed,
    suite: 'lab-test',
    scaffold,
    problems_P,
    attempts_P_A,
    ...(turn === undefined ? {} : { turn }),
  };
}

function examples(checkpoints: readonly CheckpointName[]): Example[] {
  const answer = (
    checkpoint: CheckpointName,
    points: number,
    proof: string,
    items: readonly (readonly [string, number, string])[],
    reasoning: string,
  ): ExampleAnswer => ({
    checkpoint,
    reasoning,
    proof,
    grade: {
      kind: 'graded',
      points,
      report: '',
      items: items.map(([what, points, reason]): GradeItem => ({ what, points, reason })),
      grader: 'exact',
    },
  });
  const full = [
    ['Q', 2, 'reached in line 1'],
    ['F', 2, 'reached in line 2'],
    ['D', 3, 'the goal, reached in line 3'],
  ] as const;
  const answers = [
    answer(
      'base',
      0,
      'A gives Q. Q gives D.',
      [
        ['Q', 2, 'reached in line 1'],
        ['Q gives D', -2, 'line 2 uses a rule that was not given: the proof earns nothing'],
      ],
      'A gives Q.',
    ),
    answer(
      'sft',
      6,
      'A gives Q. Q gives H. B and Q give F. F gives D.',
      [...full, ['Q gives H', -1, 'a step that the goal does not need']],
      'A gives Q. try H gives D. no. Q gives H. try A gives D. no. B and Q give F. F gives D. done. check D F Q.',
    ),
    answer(
      'rl',
      7,
      'A gives Q. B and Q give F. F gives D.',
      full,
      'A gives Q. B and Q give F. F gives D. done.',
    ),
    answer(
      'rc',
      7,
      'A gives Q. B and Q give F. F gives D.',
      full,
      'A gives Q. B and Q give F. F gives D. done.',
    ),
  ].filter(({ checkpoint }) => checkpoints.includes(checkpoint));
  return [
    {
      id: 'test-17',
      statement: 'Given A, B. Rules: A gives Q. Q gives H. B and Q give F. F gives D. L gives M. Prove D.',
      scheme: {
        maximumPoints: 7,
        checkpoints: [
          { id: '1', points: 2, description: 'Derives Q' },
          { id: '2', points: 2, description: 'Derives F' },
          { id: '3', points: 3, description: 'Derives D, the goal' },
        ],
        zeroCredit: ['a rule that was not given', 'assuming the goal'],
        deductions: [{ points: 1, cap: 3, description: 'each step that the goal does not need' }],
      },
      answers,
    },
    {
      id: 'test-40',
      statement: 'Given K. Rules: K gives P. P gives S. Prove S.',
      answers: [
        answer(
          'base',
          0,
          '',
          [['no proof', 0, 'the reasoning did not end within the limit']],
          'K gives P. K gives P. K gives P.',
        ),
        answer(
          'sft',
          7,
          'K gives P. P gives S.',
          [
            ['P', 3, 'reached in line 1'],
            ['S', 4, 'the goal, reached in line 2'],
          ],
          'K gives P. P gives S. done.',
        ),
        answer(
          'rl',
          7,
          'K gives P. P gives S.',
          [
            ['P', 3, 'reached in line 1'],
            ['S', 4, 'the goal, reached in line 2'],
          ],
          'K gives P. P gives S. done.',
        ),
      ],
    },
  ];
}
