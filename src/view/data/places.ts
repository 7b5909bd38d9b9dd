/** Where the steps and files of a data set lie in a run directory. Names from an address only choose among what is found here. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { matchesFile } from '../../curate/decontaminate/matches.ts';
import { distilledNames } from '../../curate/distill/distilled-files.ts';
import { droppedFile, rowsFile, stepFile } from '../../curate/step-files.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { RunPlace, Workplace } from '../workplace.ts';

export type DataKind = 'curation' | 'data-step' | 'recipe';

export interface StepPlace {
  /** Name of the directory, or `step` for a run that is one. */
  readonly name: string;
  readonly directory: string;
  readonly parts: readonly PartPlace[];
  readonly matches: string | undefined;
}

export interface PartPlace {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly bytes: number;
  readonly kind: 'kept' | 'dropped' | 'other';
}

const stepParts: readonly (readonly [file: string, name: string, title: string, kind: PartPlace['kind']])[] =
  [
    [rowsFile, 'kept', 'rows that went on', 'kept'],
    [droppedFile, 'dropped', 'rows that left', 'dropped'],
    [distilledNames.one, 'one-per-problem', 'texts, one per problem', 'other'],
    [distilledNames.all, 'all', 'all texts', 'other'],
    [distilledNames.left, 'left', 'samples that left', 'other'],
  ];

/** The run as a data set. Throws a NotFoundError for one that is none. */
export function dataRun(workplace: Workplace, run: string): RunPlace & { readonly kind: DataKind } {
  const place = workplace.run(run);
  const { kind } = place;
  if (kind === 'curation' || kind === 'data-step' || kind === 'recipe') return { ...place, kind };
  throw new NotFoundError(`${place.path} is a run of ${kind} and holds no data set`);
}

/** In the order in which they are done. */
export function stepPlaces({ kind, directory }: Pick<RunPlace, 'kind' | 'directory'>): StepPlace[] {
  if (kind === 'data-step') return [stepPlace('step', directory)];
  if (kind !== 'curation') return [];
  const data = path.join(directory, 'data');
  return namesIn(data)
    .filter((name) => isDirectory(path.join(data, name)))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => stepPlace(name, path.join(data, name)));
}

/** Files that a recipe run trains on and tests with. */
export function recipeParts({ kind, directory }: Pick<RunPlace, 'kind' | 'directory'>): PartPlace[] {
  if (kind !== 'recipe') return [];
  const data = path.join(directory, 'data');
  return namesIn(data)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => {
      const file = path.join(data, name);
      const short = name.slice(0, -'.jsonl'.length);
      return partPlace(file, short, name, 'other');
    });
}

/** Throws a NotFoundError that says which there are. */
export function partOf(workplace: Workplace, run: string, name: string): PartPlace {
  const place = dataRun(workplace, run);
  const parts = [...stepPlaces(place).flatMap((step) => step.parts), ...recipeParts(place)];
  const found = parts.find((part) => part.name === name);
  if (found !== undefined) return found;
  throw new NotFoundError(
    `${place.path} has no rows ${name}; ${parts.length === 0 ? 'it has none at all' : `there are ${parts.map((part) => part.name).join(', ')}`}`,
  );
}

function stepPlace(name: string, directory: string): StepPlace {
  const parts = stepParts.flatMap(([file, short, title, kind]) =>
    partPlace(path.join(directory, file), `${name}.${short}`, title, kind),
  );
  const matches = path.join(directory, matchesFile);
  return { name, directory, parts, matches: sizeOf(matches) === undefined ? undefined : matches };
}

function partPlace(file: string, name: string, title: string, kind: PartPlace['kind']): PartPlace[] {
  const bytes = sizeOf(file);
  return bytes === undefined ? [] : [{ name, title, file, bytes, kind }];
}

export function isWholeStep(directory: string): boolean {
  return sizeOf(path.join(directory, stepFile)) !== undefined;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function sizeOf(file: string): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : undefined;
}

function isDirectory(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
