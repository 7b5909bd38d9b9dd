/** The runs below a study or sweep, with the single-turn scores that each has recorded. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { isRunDirectoryHeld } from '../../journal/run-lock.ts';
import type { RunArm } from '../api/run.ts';
import type { RunPlace, Workplace } from '../workplace.ts';

/** Empty for what has no runs below it. An arm whose journal cannot be read has no scores, and is damaged. */
export async function armsOf(workplace: Workplace, { path: above, kind }: RunPlace): Promise<RunArm[]> {
  if (kind !== 'study') return [];
  const prefix = prefixOf(above);
  const below = workplace.runs().filter((place) => isBelow(above, place));
  const arms: RunArm[] = [];
  for (const place of below) {
    const name = place.path.slice(prefix.length);
    try {
      arms.push({ id: place.id, name, state: stateOf(place), scores: await scoresOf(workplace, place) });
    } catch {
      arms.push({ id: place.id, name, state: 'damaged', scores: {} });
    }
  }
  return arms;
}

/** Whether a run is an arm of what lies at `above`. */
export function isBelow(above: string, { kind, path: own }: RunPlace): boolean {
  return kind === 'recipe' && own !== above && own.startsWith(prefixOf(above));
}

function prefixOf(above: string): string {
  return above === '.' ? '' : `${above}/`;
}

function stateOf({ directory }: RunPlace): RunArm['state'] {
  if (isRunDirectoryHeld(directory)) return 'running';
  return existsSync(path.join(directory, 'finished.json')) ? 'finished' : 'stopped';
}

async function scoresOf(workplace: Workplace, { id }: RunPlace): Promise<Record<string, number>> {
  if (!workplace.hasJournal(id)) return {};
  return await workplace.journal(id, (reader) => {
    const scores: Record<string, number> = {};
    for (const checkpoint of ['base', 'sft', 'rl', 'rc']) {
      const value = reader.find('evaluation', `${checkpoint}/single`)?.value;
      if (typeof value === 'object' && value !== null && 'score' in value && typeof value.score === 'number')
        scores[checkpoint] = value.score;
    }
    return scores;
  });
}
