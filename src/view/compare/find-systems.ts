/**
 * All systems below the folder, by what their directories say at once: `bench.json` of benchmark runs, the names of the
 * evaluations of recipe runs. No attempt is read.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { readIdentity } from '../../bench/read-system.ts';
import type { RunPlace, Workplace } from '../workplace.ts';

/** What a worker can read a system from. */
export type SystemSource = BenchSource | EvaluationSource;

interface Source {
  /** Of the run. */
  readonly id: string;
  readonly path: string;
  readonly directory: string;
  readonly suite: string;
  readonly model: string;
  readonly scaffold: string;
}

export interface BenchSource extends Source {
  readonly kind: 'bench';
  /** The last one that graded the run, unless given. */
  readonly judge?: string;
}

export interface EvaluationSource extends Source {
  readonly kind: 'recipe';
  readonly checkpoint: string;
  /** As the recipe calls it. */
  readonly evaluated: string;
}

export interface FoundSystems {
  readonly systems: readonly SystemSource[];
  /** Runs that cannot be read. */
  readonly troubles: readonly { readonly path: string; readonly reason: string }[];
}

export async function findSystems(workplace: Workplace): Promise<FoundSystems> {
  const systems: SystemSource[] = [];
  const troubles: { path: string; reason: string }[] = [];
  for (const place of workplace.runs()) {
    try {
      if (place.kind === 'bench') systems.push(benchSystem(place));
      if (place.kind === 'recipe') systems.push(...(await evaluations(workplace, place)));
    } catch (error) {
      troubles.push({ path: place.path, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { systems, troubles };
}

function benchSystem({ id, path: own, directory }: RunPlace): SystemSource {
  const { suite, models, scaffold } = readIdentity(directory);
  return {
    ...{ kind: 'bench', id, path: own, directory, suite: suite.name, scaffold },
    model: models.main ?? Object.values(models).join(', '),
  };
}

/** Only what is needed of a frozen recipe, so that older and newer ones are understood too. */
const recipePart = z.looseObject({
  data: z.looseObject({ kind: z.string(), profile: z.string().optional() }),
});

async function evaluations(
  workplace: Workplace,
  { id, path: own, directory }: RunPlace,
): Promise<SystemSource[]> {
  if (!workplace.hasJournal(id)) return [];
  const keys = await workplace.journal(id, async (journal) => {
    const found: string[] = [];
    for await (const { key } of journal.values('evaluation')) found.push(key);
    return found;
  });
  if (keys.length === 0) return [];
  const file = path.join(directory, 'recipe.yaml');
  const recipe = recipePart.safeParse(parse(readFileSync(file, 'utf8')));
  if (!recipe.success) throw new Error(`${file}: it does not say which data it is about (field data.kind)`);
  const { kind, profile } = recipe.data.data;
  const suite = kind === 'lab' ? `lab-${profile ?? ''}-test` : kind;
  return keys.map((key): SystemSource => {
    const [checkpoint = '', evaluated = ''] = key.split('/');
    return {
      ...{ kind: 'recipe', id, path: own, directory, suite, checkpoint, evaluated },
      model: checkpoint,
      // As benchmark runs call it, so that tokens are compared with it.
      scaffold: evaluated === 'single' ? 'single-turn' : evaluated,
    };
  });
}
