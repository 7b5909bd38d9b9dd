/**
 * The attempts of a run that have a trace, by what they were made with, and how each can be gone through again: the
 * scaffold, the names of the models, the limits and seeds of a run of `qed prove` or `qed bench`, or of a recipe's
 * evaluation.
 */

import type { Json } from '../../journal/journal.ts';
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { SamplingSettings } from '../../model/chat-model.ts';
import type { Problem } from '../../problems/problem.ts';
import type { FinishedAttempt } from '../../prove/finished-record.ts';
import type { Scaffold } from '../../scaffold/scaffold.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { RunPlace, Workplace } from '../workplace.ts';
import { benchAttempts } from './bench-attempts.ts';
import { proveAttempts } from './prove-attempts.ts';
import { recipeAttempts } from './recipe-attempts.ts';

/** Attempts that were made with the same. */
export interface AttemptGroup {
  readonly id: string;
  readonly title: string;
  /** With its settings. */
  readonly scaffold: string;
  /** What their units begin with; problem and attempt follow. */
  readonly prefix: string;
}

/** What is on record of an attempt beside its calls. */
export interface AttemptFacts {
  readonly tokens: number | null;
  readonly points: number | null;
  readonly state: 'finished' | 'budget' | 'unfinished' | null;
  readonly why: string | null;
}

/** How an attempt is gone through again. */
export interface Repetition {
  readonly problem: Problem;
  /** Whether the problem is the run's own; else only its number is known. */
  readonly isKnown: boolean;
  readonly scaffold: Scaffold;
  readonly models: ReadonlyMap<string, string>;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly sampling?: SamplingSettings;
  readonly seed: number;
  /** How it ended, where it had finished. */
  readonly finished: FinishedAttempt | undefined;
  /** Whether every reply of it is on record, although nothing says that it has finished. */
  readonly isWhole?: boolean;
  readonly asRecorded?: (request: Json) => Json;
  /** The best score that a call of this role can give. */
  readonly mostOf: (role: string) => number;
}

export interface Attempts {
  readonly groups: readonly AttemptGroup[];
  /** Where a problem has no name of its own, its number. */
  problemName(problem: number): string;
  facts(group: AttemptGroup, problem: number, attempt: number): Promise<AttemptFacts> | AttemptFacts;
  repetition(
    group: AttemptGroup,
    problem: number,
    attempt: number,
    journal: JournalReader,
  ): Promise<Repetition>;
}

export type ReadAttempts = (
  place: RunPlace,
  journal: JournalReader,
  workplace: Workplace,
) => Promise<Attempts>;

const readers: Readonly<Partial<Record<RunPlace['kind'], ReadAttempts>>> = {
  prove: proveAttempts,
  bench: benchAttempts,
  recipe: recipeAttempts,
};

interface Known {
  readonly revision: string;
  readonly attempts: Promise<Attempts>;
}

const known = new WeakMap<Workplace, Map<string, Known>>();
/** Runs that are kept. */
const most = 8;

/** Throws a NotFoundError for a run of a kind that leaves no traces. */
export async function attemptsOf(workplace: Workplace, run: string): Promise<Attempts> {
  const place = workplace.run(run);
  const read = readers[place.kind];
  if (read === undefined)
    throw new NotFoundError(
      `${place.path} has no traces: runs of qed prove, of qed bench and evaluations of recipes have`,
    );
  const revision = await workplace.revision(run);
  const ofWorkplace = known.get(workplace) ?? new Map<string, Known>();
  known.set(workplace, ofWorkplace);
  const before = ofWorkplace.get(run);
  if (before?.revision === revision) return await before.attempts;
  const attempts = workplace.journal(run, async (journal) => await read(place, journal, workplace));
  ofWorkplace.delete(run);
  ofWorkplace.set(run, { revision, attempts });
  const [oldest] = ofWorkplace.keys();
  if (ofWorkplace.size > most && oldest !== undefined) ofWorkplace.delete(oldest);
  try {
    return await attempts;
  } catch (error) {
    ofWorkplace.delete(run);
    throw error;
  }
}

/** The place of an attempt by its unit. Throws a NotFoundError. */
export function placeOf(
  attempts: Attempts,
  unit: string,
): { readonly group: AttemptGroup; readonly problem: number; readonly attempt: number } {
  const group = attempts.groups.find(({ prefix }) => unit.startsWith(prefix));
  const place = group === undefined ? undefined : placeIn(group, unit);
  if (group === undefined || place === undefined)
    throw new NotFoundError(`there is no attempt ${unit} in this run`);
  return { group, ...place };
}

/** Undefined for a unit that is no attempt of the group. */
export function placeIn(
  { prefix }: AttemptGroup,
  unit: string,
): { readonly problem: number; readonly attempt: number } | undefined {
  const [, problem, attempt] = /^(\d+)\/(\d+)$/.exec(unit.slice(prefix.length)) ?? [];
  if (!unit.startsWith(prefix) || problem === undefined || attempt === undefined) return undefined;
  return { problem: Number(problem), attempt: Number(attempt) };
}
