/**
 * How well decontamination finds: planted statements in every form, statements that changed between two versions of a
 * benchmark, and pairs of rows that a person has read (`verdicts.json`, by ids alone). Nothing here is timed.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { compareRows } from '../../../src/curate/decontaminate/compare-rows.ts';
import { ComparedStatement } from '../../../src/curate/decontaminate/compare-statements.ts';
import { EvaluationIndex, type EvaluationItem } from '../../../src/curate/decontaminate/evaluation-index.ts';
import {
  type Contamination,
  findContamination,
} from '../../../src/curate/decontaminate/find-contamination.ts';
import { type PlantForm, plant, plantForms } from '../../../src/curate/decontaminate/fixtures/plant.ts';
import { syntheticProblem } from '../../../src/curate/decontaminate/fixtures/synthetic-problems.ts';
import { rowKeysOf } from '../../../src/curate/decontaminate/row-keys.ts';
import { settingsSchema } from '../../../src/curate/decontaminate/settings.ts';
import { StatementViews } from '../../../src/curate/decontaminate/views.ts';
import { Random } from '../../../src/stats/random.ts';
import type { FigureGroup } from '../engine.ts';
import { counted, type Figure } from '../figure.ts';
import { earlierAnswerBench, evaluationProblems, naturalRows } from './real-data.ts';

const settings = settingsSchema.parse({});
const goals: Readonly<Record<PlantForm, number | undefined>> = {
  ...{ verbatim: 0.99, 're-wrapped': 0.99, renamed: 0.95, embedded: 0.95, 'embedded and renamed': undefined },
};
const pairs = z.object({
  same: z.array(z.tuple([z.string(), z.string()])),
  different: z.array(z.tuple([z.string(), z.string()])),
});
const verdictsSchema = z.object({ evaluation: pairs, duplicates: pairs });

export async function* benchQuality(data: string): AsyncGenerator<FigureGroup> {
  const items = await evaluationProblems(data);
  const rows = await naturalRows(data);
  const statementOf = new Map(rows.map(({ id, statement }) => [id as string, statement]));
  const index = new EvaluationIndex(items, settings.words);
  const found = (statement: string): Contamination[] => {
    const views = new StatementViews(statement);
    return findContamination(views, rowKeysOf(views, settings.words), index, settings);
  };
  const others = rows.map(({ statement }) => statement);
  yield plantedFigures('IMO-ProofBench and IMO-AnswerBench', items, found, others);

  const synthetic = items.map((_, i) => ({
    set: 'synthetic',
    id: `s${i}`,
    statement: syntheticProblem(9, i),
  }));
  const syntheticIndex = new EvaluationIndex(synthetic, settings.words);
  const foundSynthetic = (statement: string): Contamination[] => {
    const views = new StatementViews(statement);
    return findContamination(views, rowKeysOf(views, settings.words), syntheticIndex, settings);
  };
  yield plantedFigures('synthetic problems', synthetic, foundSynthetic, others);

  const verdicts = verdictsSchema.parse(
    JSON.parse(readFileSync(new URL('verdicts.json', import.meta.url), 'utf8')),
  );
  const newer = new Map(items.map(({ id, statement }) => [id, statement]));
  const changed = (await earlierAnswerBench(data)).filter(({ id, statement }) => newer.get(id) !== statement);
  const ofVersions = changed.filter(({ id, statement }) => isFound(found(statement), id)).length;
  yield {
    title: 'natural pairs with the evaluation sets',
    figures: [
      counted(
        `v1 statements found, of ${changed.length} that AnswerBench changed`,
        'share',
        ofVersions / changed.length,
      ),
      ...evaluationFigures(rows, found, verdicts.evaluation),
    ],
  };
  yield { title: 'rows that are one problem', figures: duplicateFigures(statementOf, verdicts.duplicates) };
}

function isFound(found: readonly Contamination[], item: string): boolean {
  return found.some(
    ({ verdict, against }) => verdict === 'contaminated' && 'set' in against && against.id === item,
  );
}

function plantedFigures(
  name: string,
  items: readonly EvaluationItem[],
  found: (statement: string) => Contamination[],
  others: readonly string[],
): FigureGroup {
  const figures = plantForms.map((form): Figure => {
    const hits = items.filter(({ id, statement }) =>
      isFound(found(plant(statement, form, new Random('quality', form, id), others)), id),
    ).length;
    const goal = goals[form];
    return counted(
      `recall, ${form}`,
      'share',
      hits / items.length,
      goal === undefined ? undefined : { atLeast: goal },
    );
  });
  return { title: `${items.length} planted statements of ${name}`, figures };
}

/** What is flagged in all rows, against what a person said of pairs. */
function evaluationFigures(
  rows: readonly { readonly id: string; readonly statement: string }[],
  found: (statement: string) => Contamination[],
  { same, different }: z.infer<typeof pairs>,
): Figure[] {
  const flagged = new Set<string>();
  const near = new Set<string>();
  for (const { id, statement } of rows) {
    for (const { verdict, against } of found(statement)) {
      if (!('set' in against)) continue;
      (verdict === 'contaminated' ? flagged : near).add(`${id} ${against.id}`);
    }
  }
  const keyOf = ([row, item]: readonly [string, string]): string => `${row} ${item}`;
  const right = same.map(keyOf).filter((key) => flagged.has(key)).length;
  const wrong = different.map(keyOf).filter((key) => flagged.has(key)).length;
  const toReview = same.map(keyOf).filter((key) => near.has(key)).length;
  const boilerplate = different.filter(([row]) => row.startsWith('harp-'));
  return [
    counted(`pairs flagged in ${rows.length} rows`, 'pairs', flagged.size),
    counted('  of them not yet read by a person', 'pairs', flagged.size - right - wrong, { atMost: 0 }),
    counted('precision of those read', 'share', right / Math.max(1, right + wrong)),
    counted(`recall of ${same.length} pairs read as the same`, 'share', right / same.length),
    counted('  with near misses', 'share', (right + toReview) / same.length),
    counted(
      `flagged of ${boilerplate.length} HARP pairs with a phrase in common`,
      'pairs',
      boilerplate.map(keyOf).filter((key) => flagged.has(key)).length,
      { atMost: 0 },
    ),
  ];
}

function duplicateFigures(
  statementOf: ReadonlyMap<string, string>,
  { same, different }: z.infer<typeof pairs>,
): Figure[] {
  const isOne = ([a, b]: readonly [string, string]): boolean => {
    const [left, right] = [a, b].map((id) => {
      const statement = statementOf.get(id);
      if (statement === undefined) throw new Error(`verdicts.json names ${id}, which is not in the data`);
      return new ComparedStatement(new StatementViews(statement));
    });
    if (left === undefined || right === undefined) return false;
    return compareRows(left, right, settings)?.isDuplicate === true;
  };
  const right = same.filter(isOne).length;
  const wrong = different.filter(isOne).length;
  return [
    counted(`recall of ${same.length} pairs read as one problem`, 'share', right / same.length),
    counted(`taken for one of ${different.length} pairs read as two`, 'pairs', wrong),
    counted('precision of those read', 'share', right / Math.max(1, right + wrong)),
  ];
}
