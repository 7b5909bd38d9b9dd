/**
 * The first step: rows of sources as rows of a data set, source by source, in their order, in flat memory. A killed import
 * goes on at the last place that it recorded, and leaves the bytes that an undisturbed one leaves.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { partialOf, rowsFile, type StepRecord, StepWriter } from '../step-files.ts';
import { IdRegister } from './id-register.ts';
import { readProgress, removeProgress, saveProgress } from './import-progress.ts';
import { mapRow } from './map-row.ts';
import { neededColumns } from './needed-columns.ts';
import { type ObtainedFile, type ObtainSourceOptions, obtainSource } from './obtain-source.ts';
import type { SourcePart } from './source-card.ts';
import { fromTheStart } from './source-row.ts';
import { sourceRows } from './source-rows.ts';
import type { SourceSpec } from './source-spec.ts';

export interface ImportOptions extends Omit<ObtainSourceOptions, 'onProgress' | 'revision'> {
  readonly sources: readonly SourceSpec[];
  readonly directory: string;
  /** Most rows of each source. */
  readonly limit?: number | undefined;
  /** Commits of the hub by the card's name. */
  readonly revisions?: Readonly<Record<string, string>>;
  /** Rows between two records of how far it has come. */
  readonly rowsBetweenRecords?: number;
  readonly onRows?: ((source: string, rows: number) => void) | undefined;
  readonly onDownload?: ((source: string, received: number, total: number | undefined) => void) | undefined;
  readonly onRemark?: ((remark: string) => void) | undefined;
}

/** One file or member with the card that it is read by. */
interface Unit {
  readonly spec: SourceSpec;
  readonly part: SourcePart | undefined;
  readonly file: ObtainedFile;
  readonly revision: string;
}

/** Throws a SourceError, a DataFileError or a TableError, and the signal's reason when it is aborted. */
export async function runImport(options: ImportOptions): Promise<StepRecord> {
  const { directory, rowsBetweenRecords = 20_000 } = options;
  const units = await unitsOf(options);
  const key = keyOf(units, options.limit);
  const progress = readProgress(directory, key);
  const earlier = progress && (await StepWriter.goOn(directory, progress.place));
  const writer = earlier ?? (await StepWriter.open(directory));
  const start = earlier === undefined ? undefined : progress;
  const ids = new IdRegister();
  if (start !== undefined) {
    await restoreIds(ids, directory);
    ids.restoreRepeated(start.repeatedIds);
    options.onRemark?.(
      `going on after row ${start.rows} of ${units[start.file]?.file.name ?? 'the last file'}`,
    );
  }
  let taken = start?.taken ?? 0;
  let sinceRecord = 0;
  try {
    for (let index = start?.file ?? 0; index < units.length; index += 1) {
      const unit = units[index];
      if (unit === undefined) break;
      const { card } = unit.spec;
      if (index > 0 && index !== start?.file && units[index - 1]?.spec !== unit.spec) taken = 0;
      const from = index === start?.file ? { rows: start.rows, byte: start.byte } : fromTheStart;
      for await (const row of rowsOf(unit, from)) {
        if (taken >= (options.limit ?? Number.POSITIVE_INFINITY)) break;
        taken += 1;
        await take(writer, ids, unit, row);
        options.onRows?.(card.name, taken);
        sinceRecord += 1;
        if (sinceRecord < rowsBetweenRecords && options.signal?.aborted !== true) continue;
        sinceRecord = 0;
        await saveProgress(directory, {
          ...{ key, file: index, rows: row.row, taken, repeatedIds: ids.repeated },
          ...(row.endByte === undefined ? {} : { byte: row.endByte }),
          place: await writer.place(),
        });
        options.signal?.throwIfAborted();
      }
    }
  } catch (error) {
    // What was recorded stays for the same command to go on from.
    await writer.leave().catch(() => undefined);
    throw error;
  }
  const record = await writer.finish({
    step: 'import',
    settings: settingsOf(units, options.limit),
    inputs: [...new Set(units.map(({ file }) => file.path))],
    figures: { repeatedIds: ids.repeated, sources: sourcesOf(units) },
  });
  await removeProgress(directory);
  return record;
}

type Row = Awaited<ReturnType<ReturnType<typeof sourceRows>['next']>>['value'];

async function take(writer: StepWriter, ids: IdRegister, unit: Unit, found: NonNullable<Row>): Promise<void> {
  const { card } = unit.spec;
  const { file, part, revision } = unit;
  const mapped = mapRow(
    card,
    part?.tags ?? {},
    { ...found.cells, $file: path.parse(file.name).name, $part: part?.name ?? '' },
    {
      source: card.name,
      revision,
      file: part?.member === undefined ? file.name : `${file.name}/${part.member}`,
      row: found.row,
    },
  );
  const row = { ...mapped.row, id: ids.take(mapped.row.id) as typeof mapped.row.id };
  const fault = found.misfit === undefined ? mapped.fault : { reason: 'misfit-row', detail: found.misfit };
  await (fault === undefined ? writer.keep(row) : writer.drop({ ...fault, row }));
}

function rowsOf(
  { spec: { card }, part, file }: Unit,
  from: typeof fromTheStart,
): ReturnType<typeof sourceRows> {
  const columns = neededColumns(card, part);
  return sourceRows({ file: file.path, member: part?.member, card, columns, from });
}

async function unitsOf(options: ImportOptions): Promise<Unit[]> {
  const units: Unit[] = [];
  for (const spec of options.sources) {
    const { card, parts } = spec;
    const { files, revision, warnings } = await obtainSource(card, parts, {
      ...options,
      revision: options.revisions?.[card.name],
      onProgress: (received, total) => options.onDownload?.(card.name, received, total),
    });
    for (const warning of warnings) options.onRemark?.(warning);
    for (const part of parts ?? [undefined]) {
      for (const file of files) {
        if (part?.file !== undefined && part.file !== file.entry) continue;
        units.push({ spec, part, file, revision: revision ?? file.sha256 });
      }
    }
  }
  return units;
}

function settingsOf(units: readonly Unit[], limit: number | undefined): StepRecord['settings'] {
  const sources = units.map(({ spec: { card }, part, file, revision }) => ({
    ...{ card: card.name, part: part?.name ?? null, file: file.name, revision, sha256: file.sha256 },
    fields: createHash('sha256').update(JSON.stringify(card)).digest('hex').slice(0, 16),
  }));
  return { sources, limit: limit ?? null };
}

function keyOf(units: readonly Unit[], limit: number | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify(settingsOf(units, limit)))
    .digest('hex');
}

/** What the data card says of each source. */
function sourcesOf(units: readonly Unit[]): StepRecord['settings'] {
  const cards = new Map(units.map(({ spec: { card }, revision }) => [card.name, { card, revision }]));
  return Object.fromEntries(
    [...cards].map(([name, { card, revision }]) => [
      name,
      {
        ...{ title: card.title, licence: card.licence, attribution: card.attribution, get: card.get },
        ...{ caveats: card.caveats, revision, hub: card.hub?.dataSet ?? null },
      },
    ]),
  );
}

/** Ids of rows that an earlier sitting wrote: the first field of every line. */
async function restoreIds(ids: IdRegister, directory: string): Promise<void> {
  for (const name of [rowsFile, 'dropped.jsonl']) {
    const lines = createInterface({ input: createReadStream(partialOf(path.join(directory, name))) });
    for await (const line of lines) {
      const [, id] = /"id":("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
      if (id !== undefined) ids.restore(JSON.parse(id) as string);
    }
  }
}
