/**
 * A file of synthetic problems for the benchmark, with statements of the evaluation sets planted at known places in every
 * form, and copies of earlier rows. The same seed gives the same bytes.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type PlantForm, plant, plantForms } from '../../../src/curate/decontaminate/fixtures/plant.ts';
import { syntheticProblem } from '../../../src/curate/decontaminate/fixtures/synthetic-problems.ts';
import { Random } from '../../../src/stats/random.ts';

export interface CorpusOptions {
  readonly file: string;
  readonly rows: number;
  readonly seed: number;
  /** One row in so many is a planted statement, and one a copy of an earlier row. */
  readonly every: number;
  readonly statements: readonly { readonly id: string; readonly statement: string }[];
}

export interface Planted {
  readonly row: string;
  readonly item: string;
  readonly form: PlantForm;
}

/** Returns what was planted, and how many copies there are. */
export async function writeCorpus(
  options: CorpusOptions,
): Promise<{ readonly planted: readonly Planted[]; readonly copies: number }> {
  const { file, rows, seed, every, statements } = options;
  const stream = createWriteStream(file, { highWaterMark: 1 << 20 });
  const planted: Planted[] = [];
  let copies = 0;
  for (let i = 0; i < rows; i += 1) {
    const random = new Random('corpus row', seed, i);
    const id = `row-${i}`;
    let statement = syntheticProblem(seed, i);
    const place = i % every;
    const item = statements[Math.floor(i / every) % statements.length];
    if (place === 1 && item !== undefined) {
      const form = plantForms[planted.length % plantForms.length] ?? 'verbatim';
      const others = [syntheticProblem(seed + 1, i), syntheticProblem(seed + 2, i)];
      statement = plant(item.statement, form, random, others);
      planted.push({ row: id, item: item.id, form });
    } else if (place === 2 && i > every) {
      // Of an earlier row that is neither planted nor a copy.
      const original = Math.floor(random.below(i) / every) * every + 3;
      if (original < i) {
        statement = plant(
          syntheticProblem(seed, original),
          random.pick(['re-wrapped', 'renamed']),
          random,
          [],
        );
        copies += 1;
      }
    }
    const row = { id, statement, solutions: ['A solution.'], source: 'synthetic' };
    if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
  return { planted, copies };
}
