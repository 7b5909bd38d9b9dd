/**
 * The step that takes rows out by rules. Rows keep their order and go through in flat memory; what left says why, in `dropped.jsonl`;
 * a seeded sample of both sides is in `samples.json`, for people to read.
 */
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { type DataRow, dataRowSchema } from '../data-row.ts';
import { readDataRows, rowsPath, type StepRecord, StepWriter, sourceOf } from '../step-files.ts';
import { applyRules } from './apply-rules.ts';
import type { FilterSettings } from './filter-settings.ts';
import { type Label, rowDigest } from './label.ts';
import { placeOf, StratifiedSample } from './stratified-sample.ts';

export const samplesFile = 'samples.json';
export const toLabelFile = 'to-label.jsonl';

const findingSchema = z.object({ reason: z.string(), detail: z.string() });
export const sampleSchema = z.object({
  /** The reason that the rows left for, or `kept`. */
  stratum: z.string(),
  rows: z.array(z.object({ row: dataRowSchema, findings: z.array(findingSchema) })),
});
export type Sample = z.infer<typeof sampleSchema>;

export interface FilterOptions {
  /** JSONL of rows, or the directory of a step. */
  readonly input: string;
  readonly out: string;
  readonly settings: FilterSettings;
  /** Rows of each reason, and of those that stay, to read. */
  readonly samples: number;
  /** Rows of each reason to be labelled, and four times as many of those that stay. */
  readonly toLabel?: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRows?: ((rows: number) => void) | undefined;
}

type Counts = Record<string, Record<string, number>>;

/** Throws a DataFileError for a bad row, and the signal's reason when it is aborted; then nothing is changed. */
export async function runFilter(options: FilterOptions): Promise<StepRecord> {
  const { input, out, settings, samples, toLabel = 0, seed } = options;
  const writer = await StepWriter.open(out);
  const sample = new StratifiedSample<Sample['rows'][number]>(seed, samples);
  const labels = new StratifiedSample<{ label: Label; row: DataRow }>(seed, toLabel * 4);
  const all: Counts = {};
  let solutionsRemoved = 0;
  let rows = 0;
  try {
    for await (const { item } of readDataRows(input)) {
      options.signal?.throwIfAborted();
      rows += 1;
      options.onRows?.(rows);
      const source = sourceOf(item);
      const { findings, row, solutionsRemoved: removed } = applyRules(item, settings);
      const [first] = findings;
      for (const { reason } of findings) count(all, reason, source);
      sample.add(first?.reason ?? 'kept', source, item.id, () => ({ row, findings: [...findings] }));
      if (toLabel > 0) {
        for (const stratum of first === undefined ? ['kept'] : findings.map(({ reason }) => reason))
          labels.add(stratum, source, item.id, () => ({ label: unlabelled(item, stratum, seed), row: item }));
      }
      if (first === undefined) {
        solutionsRemoved += removed;
        await writer.keep(row);
      } else {
        await writer.drop({ ...first, row: item });
      }
    }
    const drawn = sample.drawn().map(({ stratum, items }) => ({ stratum, rows: items }));
    await writeFileAtomic(path.join(out, samplesFile), `${JSON.stringify(drawn, null, 1)}\n`);
    if (toLabel > 0)
      await writeFileAtomic(path.join(out, toLabelFile), linesToLabel(labels.drawn(), toLabel));
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return await writer.finish({
    step: 'filter',
    settings: { ...settings, samples, seed },
    inputs: [rowsPath(input)],
    figures: { allReasons: all, solutionsRemoved },
  });
}

function count(counts: Counts, reason: string, source: string): void {
  counts[reason] ??= {};
  const bySource = counts[reason];
  bySource[source] = (bySource[source] ?? 0) + 1;
}

function unlabelled(row: DataRow, stratum: string, seed: number): Label {
  const half = Number.parseInt(placeOf(seed + 1, row.id).slice(0, 8), 16) % 2 === 0 ? 'tune' : 'test';
  return { id: row.id, digest: rowDigest(row), half, stratum, reasons: [] };
}

/** One label a row, although a row may have been drawn for several reasons. */
function linesToLabel(
  drawn: readonly {
    readonly stratum: string;
    readonly items: readonly { label: Label; row: DataRow }[];
  }[],
  size: number,
): string {
  const byId = new Map<string, { label: Label; row: DataRow }>();
  for (const { stratum, items } of drawn) {
    for (const one of items.slice(0, stratum === 'kept' ? size * 4 : size))
      if (!byId.has(one.label.id)) byId.set(one.label.id, one);
  }
  return [...byId.values()].map((one) => `${JSON.stringify(one)}\n`).join('');
}
