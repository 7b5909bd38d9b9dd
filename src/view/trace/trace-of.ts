/** Traces that were gone through lately, so that a page, its picture and each exchange do not do so again. */

import { NotFoundError } from '../not-found-error.ts';
import type { RunPlace, Workplace } from '../workplace.ts';
import { type GoneThrough, goThrough } from './go-through.ts';
import {
  type AttemptFacts,
  type AttemptGroup,
  attemptsOf,
  placeOf,
  type Repetition,
} from './trace-attempts.ts';

export interface TraceOf extends GoneThrough {
  readonly place: RunPlace;
  readonly unit: string;
  readonly group: AttemptGroup;
  /** From 0. */
  readonly attempt: number;
  readonly repetition: Repetition;
  readonly facts: AttemptFacts;
}

interface Known {
  readonly revision: string;
  readonly trace: Promise<TraceOf>;
  characters: number;
}

/** What is kept of texts, beside the last trace. */
const mostCharacters = 60_000_000;

const known = new WeakMap<Workplace, Map<string, Known>>();

/** Throws a NotFoundError for a unit of which nothing is on record. */
export async function traceOf(workplace: Workplace, run: string, unit: string): Promise<TraceOf> {
  const attempts = await attemptsOf(workplace, run);
  const { group, problem, attempt } = placeOf(attempts, unit);
  const ofWorkplace = known.get(workplace) ?? new Map<string, Known>();
  known.set(workplace, ofWorkplace);
  return await workplace.journal(run, async (journal) => {
    const [on] = journal.units(unit).filter((one) => one.unit === unit);
    const facts = await attempts.facts(group, problem, attempt);
    const failures = journal.failuresOf(unit).length;
    if (on === undefined && failures === 0)
      throw new NotFoundError(`there are no calls of ${unit} in this run`);
    const revision = [on?.effects, on?.last, failures, facts.state].join();
    const key = `${run} ${unit}`;
    const before = ofWorkplace.get(key);
    if (before?.revision === revision) {
      // The one that was used last is the last to go.
      ofWorkplace.delete(key);
      ofWorkplace.set(key, before);
      return await before.trace;
    }
    const make = async (): Promise<TraceOf> => {
      const repetition = await attempts.repetition(group, problem, attempt, journal);
      const gone = await goThrough(repetition, journal, unit);
      return { ...gone, place: workplace.run(run), unit, group, attempt, repetition, facts };
    };
    const entry: Known = { revision, trace: make(), characters: 0 };
    ofWorkplace.set(key, entry);
    try {
      const trace = await entry.trace;
      entry.characters = charactersOf(trace);
      forgetOldest(ofWorkplace, key);
      return trace;
    } catch (error) {
      ofWorkplace.delete(key);
      throw error;
    }
  });
}

function charactersOf({ outcome }: GoneThrough): number {
  let characters = 0;
  for (const { messages, outcome: end } of outcome.trace.calls) {
    for (const { content } of messages) characters += content.length;
    if (end.kind === 'reply') characters += end.reasoning.length + (end.answer?.length ?? 0);
  }
  return characters;
}

function forgetOldest(traces: Map<string, Known>, kept: string): void {
  let all = [...traces.values()].reduce((sum, { characters }) => sum + characters, 0);
  for (const [key, { characters }] of [...traces]) {
    if (all <= mostCharacters && traces.size <= 64) return;
    if (key === kept) continue;
    traces.delete(key);
    all -= characters;
  }
}
