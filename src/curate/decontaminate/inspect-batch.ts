/**
 * The first pass over a batch of lines: every row is checked, compared with the evaluation sets, and leaves the keys by
 * which rows like it are found. Runs on worker threads; what it returns can be sent between threads.
 */
import { lineDecoder, lineText, parseJsonLine } from '../../problems/json-lines.ts';
import { dataRowSchema } from '../data-row.ts';
import { sourceOf } from '../step-files.ts';
import type { EvaluationIndex } from './evaluation-index.ts';
import { findContamination } from './find-contamination.ts';
import { findHeldInText } from './find-held-in-text.ts';
import { bands, signatureLength } from './index/min-hash.ts';
import { type LineBatch, linesOf } from './line-batches.ts';
import type { Match } from './matches.ts';
import { rowKeysOf } from './row-keys.ts';
import type { DecontaminationSettings } from './settings.ts';
import { StatementViews } from './views.ts';

/** One entry a row in each array. */
export interface InspectedBatch {
  readonly rows: number;
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  readonly lines: Uint32Array;
  readonly solutions: Uint16Array;
  /** 1 where there is no final answer, so a proof is asked for. */
  readonly isProof: Uint8Array;
  /** Index in `sourceNames`. */
  readonly sources: Uint16Array;
  readonly sourceNames: readonly string[];
  readonly digests: Float64Array;
  readonly numberBits: Uint32Array;
  readonly characters: Uint32Array;
  /** `bands` a row. */
  readonly bandKeys: Uint32Array;
  /** `signatureLength` a row. */
  readonly sketches: Uint8Array;
  /** Those of row i end before `gramEnds[i]`. */
  readonly grams: Uint32Array;
  readonly gramEnds: Uint32Array;
  readonly matches: readonly { readonly rowInBatch: number; readonly match: Match }[];
}

function keyOf(against: Match['against']): string {
  return JSON.stringify(against);
}

/** Throws a DataFileError for a bad line. */
export function inspectBatch(
  batch: LineBatch,
  file: string,
  index: EvaluationIndex,
  settings: DecontaminationSettings,
): InspectedBatch {
  const lines = [...linesOf(batch)];
  const count = lines.length;
  const utf8 = lineDecoder();
  const sourceNames: string[] = [];
  const grams: Uint32Array[] = [];
  const found = {
    offsets: Float64Array.from(lines, ({ offset }) => offset),
    lengths: Uint32Array.from(lines, ({ bytes }) => bytes.length),
    lines: Uint32Array.from(lines, ({ line }) => line),
    solutions: new Uint16Array(count),
    isProof: new Uint8Array(count),
    sources: new Uint16Array(count),
    digests: new Float64Array(count),
    numberBits: new Uint32Array(count),
    characters: new Uint32Array(count),
    bandKeys: new Uint32Array(count * bands),
    sketches: new Uint8Array(count * signatureLength),
    gramEnds: new Uint32Array(count),
  };
  const matches: { rowInBatch: number; match: Match }[] = [];
  let gramCount = 0;
  for (const [i, { bytes, line }] of lines.entries()) {
    const row = parseJsonLine(file, line, lineText(utf8, bytes, { file, number: line }), dataRowSchema);
    const views = new StatementViews(row.statement);
    const keys = rowKeysOf(views, settings.words);
    found.solutions[i] = Math.min(row.solutions.length, 0xffff);
    found.isProof[i] = row.answer === undefined ? 1 : 0;
    const source = sourceOf(row);
    if (!sourceNames.includes(source)) sourceNames.push(source);
    found.sources[i] = sourceNames.indexOf(source);
    found.digests[i] = keys.digest;
    found.numberBits[i] = keys.numberBits;
    found.characters[i] = keys.characters;
    found.bandKeys.set(keys.bandKeys, i * bands);
    found.sketches.set(keys.sketch, i * signatureLength);
    grams.push(keys.grams);
    gramCount += keys.grams.length;
    found.gramEnds[i] = gramCount;
    const at = { id: row.id, line };
    const held = findContamination(views, keys, index, settings);
    for (const found of held)
      matches.push({ rowInBatch: i, match: { ...found, where: 'statement', row: at } });
    if (!settings.texts) continue;
    const known = new Set(held.map(({ against }) => keyOf(against)));
    for (const [where, texts] of [
      ['solution', row.solutions],
      ['comment', row.comments ?? []],
    ] as const)
      for (const text of texts)
        for (const found of findHeldInText(text, index, settings)) {
          // Whoever holds a problem often repeats it: one match of each item and kind is enough.
          const key = keyOf(found.against);
          if (known.has(key)) continue;
          known.add(key);
          matches.push({ rowInBatch: i, match: { ...found, where, row: at } });
        }
  }
  const allGrams = new Uint32Array(gramCount);
  let filled = 0;
  for (const some of grams) {
    allGrams.set(some, filled);
    filled += some.length;
  }
  return { rows: count, ...found, sourceNames, grams: allGrams, matches };
}
