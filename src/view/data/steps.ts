/** The steps of a data set: the way of its rows, what left for which reason, what was measured, and the files to look through. */
import path from 'node:path';
import { filterRules } from '../../curate/filter/rules.ts';
import { funnelOf } from '../../curate/report/funnel.ts';
import { readStepRecord, type StepRecord, stepFile } from '../../curate/step-files.ts';
import type { DataPart, DataReason, DataStep, DataSteps } from '../api/data.ts';
import type { Resource } from '../resource.ts';
import { lineIndexOf } from './line-index.ts';
import { dataRun, type PartPlace, recipeParts, type StepPlace, stepPlaces } from './places.ts';
import { stepFigures } from './step-figures.ts';

/** Larger files are counted as they are looked through. */
const mostCounted = 64 << 20;

export const dataSteps: Resource<'data/:run/steps.json'> = {
  async read(workplace, { run }): Promise<DataSteps> {
    const place = dataRun(workplace, run);
    const steps: DataStep[] = [];
    const records: StepRecord[] = [];
    for (const step of stepPlaces(place)) {
      const read = recordOf(step);
      // By the name of its directory, which is another for every step.
      if ('record' in read) records.push({ ...read.record, step: step.name });
      steps.push(await stepOf(step, read));
    }
    const parts: DataPart[] = [];
    for (const part of recipeParts(place)) parts.push(await partOf(part, undefined));
    return {
      ...{ run, path: place.path, kind: place.kind, steps, parts },
      funnel: funnelOf(records).map(({ step, reason = null, left, lost }) => ({ step, reason, left, lost })),
      hasCard: records.length > 0,
    };
  },
  *instances(workplace) {
    for (const { id, kind } of workplace.runs())
      if (kind === 'curation' || kind === 'data-step' || kind === 'recipe') yield { run: id };
  },
};

type ReadRecord = { readonly record: StepRecord } | { readonly trouble: string };

/** What the step recorded, or why there is nothing. */
export function recordOf({ directory, name }: Pick<StepPlace, 'directory' | 'name'>): ReadRecord {
  try {
    const record = readStepRecord(directory);
    if (record !== undefined) return { record };
    return { trouble: `the step has not finished: ${name} has no ${stepFile} yet` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { trouble: reason.replaceAll(`${directory}${path.sep}`, '') };
  }
}

async function stepOf(place: StepPlace, read: ReadRecord): Promise<DataStep> {
  const { name } = place;
  const matches = place.matches === undefined ? null : await lineIndexOf(place.matches).count();
  if ('trouble' in read) {
    const parts: DataPart[] = [];
    for (const part of place.parts) parts.push(await partOf(part, undefined));
    return {
      ...{ name, step: name.replace(/^\d+-/, ''), trouble: read.trouble, came: 0, kept: 0, sources: [] },
      ...{ keptBySource: [], reasons: [], parts, matches, figures: [], histograms: [] },
      ...{ settings: '', inputs: [] },
    };
  }
  const { record } = read;
  const { kept, dropped, settings, inputs } = record;
  const sources = [
    ...new Set([kept, ...Object.values(dropped)].flatMap((counts) => Object.keys(counts))),
  ].sort();
  const [went, left] = [sum(kept), Object.values(dropped).reduce((total, counts) => total + sum(counts), 0)];
  const parts: DataPart[] = [];
  for (const part of place.parts) {
    parts.push(await partOf(part, part.kind === 'kept' ? went : part.kind === 'dropped' ? left : undefined));
  }
  return {
    ...{ name, step: record.step, trouble: null, came: went + left, kept: went, sources },
    keptBySource: sources.map((source) => kept[source] ?? 0),
    reasons: reasonsOf(record, sources),
    ...{ parts, matches, ...stepFigures(record) },
    settings: JSON.stringify(settings, null, 2),
    inputs: inputs.map((input) => ({ ...input, path: path.basename(input.path) })),
  };
}

const titles = new Map(filterRules.map(({ reason, title }) => [reason, title]));
const order = filterRules.map(({ reason }) => reason);

function reasonsOf({ dropped, figures }: StepRecord, sources: readonly string[]): DataReason[] {
  const applied = figures.allReasons as
    | Readonly<Record<string, Readonly<Record<string, number>>>>
    | undefined;
  const reasons = [...new Set([...Object.keys(dropped), ...Object.keys(applied ?? {})])];
  const place = (reason: string): number => (order.includes(reason) ? order.indexOf(reason) : order.length);
  return reasons
    .sort((a, b) => place(a) - place(b) || sum(dropped[b]) - sum(dropped[a]))
    .map((reason) => ({
      reason,
      title: titles.get(reason) ?? '',
      rows: sum(dropped[reason]),
      bySource: sources.map((source) => dropped[reason]?.[source] ?? 0),
      appliesTo: applied === undefined ? null : sum(applied[reason]),
    }));
}

async function partOf({ name, title, file, bytes }: PartPlace, rows: number | undefined): Promise<DataPart> {
  const counted = rows ?? (bytes > mostCounted ? null : await lineIndexOf(file).count());
  return { name, title, rows: counted, bytes };
}

function sum(counts: Readonly<Record<string, number>> | undefined): number {
  return Object.values(counts ?? {}).reduce((total, count) => total + count, 0);
}
