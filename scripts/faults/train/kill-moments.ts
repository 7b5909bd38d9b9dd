/**
 * Where a run of reinforcement learning is killed, by what is at work there: the one who samples, the one who grades, the one
 * who trains, the one who saves; or at any time.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import type { Ending } from '../../../src/recipe/fixtures/sitting.ts';
import type { KillMoment } from '../../../src/recipe/fixtures/witness.ts';
import type { Random } from '../../../src/stats/random.ts';
import type { MortalJudge } from './mortal-judge.ts';

export const killKinds = ['sampling', 'grading', 'training', 'checkpoint', 'any time'] as const;
export type KillKind = (typeof killKinds)[number];

/** Steps between two checkpoints of the runs that are killed. */
export const checkpointEvery = 3;

/** How far the run is, by its record. */
export interface RunProgress {
  readonly steps: number;
  readonly batches: number;
  readonly attempts: number;
  readonly checkpoint: number;
}

export interface Where {
  readonly progress: RunProgress;
  /** To be sampled or graded before the kill. */
  readonly attempts: number;
  readonly steps: number;
  /** Kills that are due, this one included. */
  readonly killsLeft: number;
  readonly random: Random;
  readonly judge: MortalJudge;
}

export function endingOf(
  kind: KillKind,
  { progress, attempts, steps, killsLeft, random, judge }: Where,
): Ending {
  const early = random.next() < 0.5;
  const moment = (at: KillMoment): Ending => ({ kind: 'moment', moment: at });
  const when = early ? 'before' : 'after';
  const checkpoint = (Math.floor(progress.checkpoint / checkpointEvery) + 1) * checkpointEvery;
  switch (kind) {
    case 'sampling':
      return moment({ operation: 'nth', label: 'attempt', count: attempts, when });
    case 'grading':
      return moment({ operation: 'nth', label: 'grade', count: Math.ceil(attempts / 2), when });
    case 'training': {
      // Between the batch and the optimiser; or between the optimiser and the record of the step; or after that, where there
      // are steps enough for all kills that are due.
      const advances = random.next() < (steps - progress.steps) / killsLeft;
      if (random.next() < 1 / 3 && progress.batches === progress.steps)
        return moment({ operation: 'append', path: `rl/batch/${progress.steps + 1}`, when });
      const next = advances ? 'after' : 'before';
      return moment({ operation: 'append', path: `rl/step/${progress.steps + 1}`, when: next });
    }
    case 'checkpoint':
      return moment({ operation: 'rename', path: `checkpoints/rl/${Math.min(checkpoint, steps)}`, when });
    case 'any time':
      return {
        kind: 'event',
        event: judge.askedMore(Math.ceil(attempts / 2)).then(() => pause(30 * random.next())),
      };
  }
}

export async function progressOf(run: string): Promise<RunProgress> {
  const reader = new JournalReader(run);
  try {
    const count = async (stream: string): Promise<number> => {
      let most = 0;
      for await (const { key } of reader.values(stream)) most = Math.max(most, Number(key));
      return most;
    };
    let attempts = 0;
    for await (const { unit, label } of reader.effects())
      if (label === 'attempt' && !unit.startsWith('rl/held-out/')) attempts += 1;
    const saved = path.join(run, 'checkpoints/rl');
    const checkpoints = existsSync(saved) ? readdirSync(saved).map(Number).filter(Number.isInteger) : [];
    return {
      ...{ steps: await count('rl/step'), batches: await count('rl/batch'), attempts },
      checkpoint: Math.max(0, ...checkpoints),
    };
  } finally {
    reader.close();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
