/** The benchmark of src/stats: what the bootstraps of a large comparison, a judge's calibration and a large mean take. */
import { judgeAgreement } from '../../src/stats/agreement/judge-agreement.ts';
import { compareSystems } from '../../src/stats/compare/compare-systems.ts';
import { meanScore } from '../../src/stats/mean-score.ts';
import { Random } from '../../src/stats/random.ts';
import type { FigureGroup } from './engine.ts';
import { type Goal, measured } from './figure.ts';
import { measure, type Patience, type Work } from './quiet.ts';

export async function* benchStatistics(patience: Patience): AsyncGenerator<FigureGroup> {
  for (const { title, goal, work } of works()) {
    const { once } = await measure({ once: work }, patience);
    yield { title, figures: [measured('time', 's', once, (seconds) => seconds, goal)] };
  }
}

function works(): { title: string; goal?: Goal; work: Work }[] {
  const random = new Random('bench statistics');
  const attempts = (count: number) => Array.from({ length: count }, () => random.integer(0, 7));
  const systems = Array.from({ length: 10 }, (_, s) => ({
    name: `system ${s}`,
    scores: new Map(Array.from({ length: 400 }, (_, p) => [`problem ${p}`, attempts(16)])),
  }));
  const judged = Array.from({ length: 438 }, (_, i) => {
    const reference = random.integer(0, 7);
    const grade = Math.max(0, Math.min(7, reference + random.integer(-2, 2)));
    return { problem: `problem ${i % 22}`, reference, grade };
  });
  const many = Array.from({ length: 400 }, () => attempts(250));
  return [
    {
      title:
        'compareSystems: 10 systems, 400 problems, 16 attempts, 45 pairs, 10,000 resamples and permutations',
      goal: { atMost: 3 },
      work: async () => void compareSystems(systems, { random, resamples: 10_000 }),
    },
    {
      title: 'judgeAgreement: 438 proofs of 22 problems, 18 figures, 2,000 resamples',
      work: async () => void judgeAgreement(judged, { random }),
    },
    {
      title: 'meanScore: 100,000 attempts at 400 problems, 2,000 resamples',
      work: async () => void meanScore(many, { random, fullMarks: 7 }),
    },
  ];
}
