/**
 * The result of a sweep: `sweep.md`, `sweep.csv`, `sweep.json` and `sweep.svg` in its directory, derived from the journals of
 * its arms, and the tables on standard output.
 */
import path from 'node:path';
import { csvTable } from '../bench/tables/csv-table.ts';
import { markdownTable } from '../bench/tables/markdown-table.ts';
import type { Table } from '../bench/tables/table.ts';
import { textTable } from '../bench/tables/text-table.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { type Arm, shortNames } from '../recipe/sweep/arms.ts';
import { sweepPicture } from '../recipe/sweep/picture.ts';
import { type ArmResult, readArm } from '../recipe/sweep/read-arm.ts';
import type { ArmOutcome } from '../recipe/sweep/run-sweep.ts';
import { type SharedStage, sharedStages } from '../recipe/sweep/shared-stages.ts';
import { summarise } from '../recipe/sweep/summary.ts';
import { sweepJson } from '../recipe/sweep/sweep-json.ts';
import { sweepTables } from '../recipe/sweep/tables.ts';

export interface SweepOutput {
  readonly arms: readonly Arm[];
  readonly outcomes: readonly ArmOutcome[];
  /** Absolute. */
  readonly directory: string;
  readonly json: boolean;
}

export async function writeSweep({ arms, outcomes, directory, json }: SweepOutput): Promise<void> {
  const results: ArmResult[] = [];
  for (const [index, arm] of arms.entries()) {
    const kind = outcomes[index]?.kind;
    if (kind === 'finished' || kind === 'known') results.push(await readArm(directory, arm));
  }
  const recipe = arms[0]?.loaded.recipe.name ?? '';
  const shared = sharedStages(directory, arms);
  const summary = summarise(results);
  const figures = sweepJson({ recipe, arms, outcomes, shared, summary });
  const tables = results.length === 0 ? [] : sweepTables(summary, notesOf(arms, outcomes, shared));
  const fields = (arms[0]?.settings ?? []).map(({ field }) => field);
  const shown = fields.map((field) => shortNames(fields).get(field) ?? field);
  const put = (name: string, text: string) => writeFileAtomic(path.join(directory, name), text);
  await put('sweep.json', `${JSON.stringify(figures, null, 2)}\n`);
  await put('sweep.md', tables.map(markdownTable).join('\n'));
  await put('sweep.csv', tables.map(csvText).join('\r\n'));
  if (results.length > 0) await put('sweep.svg', sweepPicture(summary, shown));
  if (json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  else {
    process.stdout.write(`\n${tables.map(textTable).join('\n')}`);
    if (results.length > 0)
      process.stdout.write(`picture: ${shownPath(path.join(directory, 'sweep.svg'))}\n`);
  }
}

function csvText(table: Table): string {
  return `# ${table.title}\r\n${csvTable(table)}`;
}

function notesOf(
  arms: readonly Arm[],
  outcomes: readonly ArmOutcome[],
  shared: readonly SharedStage[],
): string[] {
  const failed = arms.filter((_, i) => outcomes[i]?.kind === 'failed').map(({ name }) => name);
  // Parts that were shared alike are named together.
  const alike = Map.groupBy(shared, ({ made, reused }) => `${made} ${reused}`);
  const texts = [...alike.values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const names = parts.map(({ part }) => part).join(', ');
    return [
      `made ${first.made === 1 ? 'once' : `${first.made} times`} for ${first.made + first.reused} runs: ${names}`,
    ];
  });
  return [
    ...(texts.length === 0 ? [] : [`Shared work, ${texts.join('; ')}.`]),
    ...(failed.length === 0 ? [] : [`Failed and left out: ${failed.join(', ')}.`]),
  ];
}
