/**
 * A data set as a folder in the hub's layout: `data/CONFIG-SPLIT.jsonl` and a card that tells the `datasets` library every
 * configuration, split, column and count. Rows are read one at a time; one that is of an evaluation set stops everything. The
 * folder appears only when it is whole.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { sizeCategory } from '../curate/report/data-card.ts';
import { isRecord } from '../engine/json-file.ts';
import { writeCheckpoint } from '../journal/checkpoint-store.ts';
import { readNumberedJsonLines } from '../problems/json-lines.ts';
import type { HubPlace } from '../problems/remote/hub-place.ts';
import { cardText } from './card-head.ts';
import { DataFeatures } from './data-features.ts';
import { type DataSource, type DataSplit, dataSource } from './data-source.ts';
import { rowFault } from './evaluation-data.ts';
import { licenceFields } from './hub-licences.ts';
import { cardFile } from './model-folder.ts';
import { withoutAddresses } from './shared-recipe.ts';

export interface DataFolderOptions {
  /** A step of curation, or a run of the lab. */
  readonly from: string;
  /** The folder; what lies there is replaced. */
  readonly to: string;
  readonly place: HubPlace;
  readonly licence?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface WrittenSplit {
  readonly config: string;
  readonly split: string;
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface DataFolder {
  readonly splits: readonly WrittenSplit[];
  readonly licences: readonly string[];
  readonly remarks: readonly string[];
}

const rowSchema = z.record(z.string(), z.unknown());

/** Throws an Error that names what may not be pushed or cannot be read; nothing is left then. */
export async function writeDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { from, to, place, signal } = options;
  const source = dataSource(from, place.name);
  const licences = options.licence === undefined ? source.licences : [options.licence];
  const splits: WrittenSplit[] = [];
  const configs = Map.groupBy(source.splits, ({ config }) => config);
  await writeCheckpoint(to, async (partial) => {
    await mkdir(path.join(partial, 'data'));
    const infos: ConfigInfo[] = [];
    for (const [config, own] of configs) {
      const features = new DataFeatures();
      for (const split of own) for await (const row of rowsOf(split, signal)) features.add(row);
      const written: WrittenSplit[] = [];
      for (const split of own) written.push(await writeSplit(partial, split, features, signal));
      infos.push({ config, features, splits: written });
      splits.push(...written);
    }
    await writeFile(path.join(partial, cardFile), card(source, licences, infos));
  });
  const unnamed = licences.length === 0 ? ['no licence is named: give one with --license'] : [];
  return { splits, licences, remarks: [...source.remarks, ...unnamed] };
}

interface ConfigInfo {
  readonly config: string;
  readonly features: DataFeatures;
  readonly splits: readonly WrittenSplit[];
}

async function* rowsOf(
  { file }: DataSplit,
  signal: AbortSignal | undefined,
): AsyncGenerator<Record<string, unknown>> {
  for await (const { line, item } of readNumberedJsonLines(file, rowSchema)) {
    if (line % 1000 === 0) signal?.throwIfAborted();
    const fault = rowFault(item);
    if (fault !== undefined) throw new Error(`${file}:${line}: ${fault}; nothing is written`);
    yield withoutServers(item);
  }
}

/** Rows name the models that judged and wrote for them, as calls know them: with the address of their server. */
function withoutServers(row: Record<string, unknown>): Record<string, unknown> {
  const shown = { ...row };
  for (const field of ['difficulty', 'schemeBy', 'review']) {
    const value = shown[field];
    if (!isRecord(value)) continue;
    const entries = Object.entries(value).map(([name, one]) => [
      name,
      (name === 'model' || name === 'judge') && typeof one === 'string' ? withoutAddresses(one) : one,
    ]);
    shown[field] = Object.fromEntries(entries);
  }
  return shown;
}

async function writeSplit(
  folder: string,
  split: DataSplit,
  features: DataFeatures,
  signal: AbortSignal | undefined,
): Promise<WrittenSplit> {
  const name = `data/${split.config}-${split.split}.jsonl`;
  let rows = 0;
  let bytes = 0;
  const lines = async function* (): AsyncGenerator<Buffer> {
    for await (const row of rowsOf(split, signal)) {
      const line = Buffer.from(`${JSON.stringify(features.hasMixed ? features.fitted(row) : row)}\n`);
      rows += 1;
      bytes += line.length;
      yield line;
    }
  };
  await pipeline(lines, createWriteStream(path.join(folder, name)));
  return { config: split.config, split: split.split, path: name, rows, bytes };
}

function card(source: DataSource, licences: readonly string[], infos: readonly ConfigInfo[]): string {
  const rows = infos.flatMap(({ splits }) => splits).reduce((sum, { rows: own }) => sum + own, 0);
  const head = {
    pretty_name: titleOf(source.body),
    ...licenceFields(licences),
    language: ['en'],
    task_categories: ['text-generation'],
    tags: ['qed', 'mathematics', 'proofs', ...(source.isSynthetic ? ['synthetic'] : [])],
    size_categories: [sizeCategory(rows)],
    configs: infos.map(({ config, splits }, index) => ({
      config_name: config,
      ...(index === 0 ? { default: true } : {}),
      data_files: splits.map(({ split, path: file }) => ({ split, path: file })),
    })),
    dataset_info: infos.map(({ config, features, splits }) => {
      const bytes = splits.reduce((sum, { bytes: own }) => sum + own, 0);
      return {
        config_name: config,
        features: features.toYaml(),
        splits: splits.map(({ split, rows: own, bytes: size }) => ({
          ...{ name: split, num_bytes: size, num_examples: own },
        })),
        ...{ download_size: bytes, dataset_size: bytes },
      };
    }),
  };
  return cardText(head, `${source.body}\n\n${evaluationNote(source)}`);
}

function titleOf(body: string): string {
  return /^# (.+)$/m.exec(body)?.[1] ?? 'data set';
}

function evaluationNote({ isSynthetic }: DataSource): string {
  return isSynthetic
    ? '## Evaluation sets\n\nNothing here comes from a benchmark.'
    : '## Evaluation sets\n\nRows that held a problem of IMO-ProofBench or IMO-AnswerBench were taken out; the step `decontaminate` above says with which thresholds and how many. What a rewording leaves of no phrase is not found.';
}
