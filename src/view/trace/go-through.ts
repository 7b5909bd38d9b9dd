/**
 * The trace of a recorded attempt, by running its scaffold again over what is on record: wiring, notes and choices are not
 * recorded, they follow. What the scaffold did not come to again (its program has changed since) is in the trace with its
 * reply, and without a prompt.
 */
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import type { Allowance } from '../../prove/allowance.ts';
import { type ProveOutcome, proveProblem } from '../../prove/prove-problem.ts';
import type { TraceCall } from '../../prove/trace.ts';
import { RecordedCalls } from './recorded-calls.ts';
import type { Repetition } from './trace-attempts.ts';

export interface GoneThrough {
  readonly outcome: ProveOutcome;
  readonly records: RecordedCalls;
  /** Labels of calls whose prompt is not known. */
  readonly withoutPrompt: ReadonlySet<string>;
  /** Why wiring and choices are not known, where they are not. */
  readonly strayed: string | undefined;
}

export async function goThrough(
  repetition: Repetition,
  reader: JournalReader,
  unit: string,
): Promise<GoneThrough> {
  const { problem, scaffold, maxTokens, temperature, sampling, seed, finished, asRecorded } = repetition;
  const records = await RecordedCalls.read({ reader, unit, asRecorded });
  const main = silent(repetition.models.get('main') ?? 'unknown');
  const byRole = new Map(
    [...repetition.models].filter(([role]) => role !== 'main').map(([role, name]) => [role, silent(name)]),
  );
  let strayed: string | undefined;
  let outcome: ProveOutcome;
  try {
    outcome = await proveProblem({
      ...{ problem, scaffold, maxTokens, temperature, seed, unit, journal: records },
      models: { main, byRole },
      ...(sampling === undefined ? {} : { sampling }),
      ...(finished === undefined ? {} : { finished }),
      allowance: nothingToSpend,
      stopping: AbortSignal.abort(),
    });
  } catch (error) {
    strayed = error instanceof Error ? error.message : String(error);
    const why = `going through it again ended early: ${strayed}`;
    outcome = {
      ...{ status: 'stopped', proof: undefined, why, ended: why, writer: undefined, turns: [] },
      trace: { calls: [], notes: [], kept: [] },
    };
  }
  const unasked = records.unasked();
  const calls = [...outcome.trace.calls, ...unasked.map((label) => recordedCall(label, records, main.name))];
  if (unasked.length > 0)
    strayed ??= `${unasked.length} recorded calls are not what this version of the scaffold asks for`;
  const withoutPrompt = new Set(
    calls
      .filter(
        ({ label, outcome: { kind } }) =>
          kind === 'reply' && !(repetition.isKnown && records.isAsAsked(label)),
      )
      .map(({ label }) => label),
  );
  return { outcome: { ...outcome, trace: { ...outcome.trace, calls } }, records, withoutPrompt, strayed };
}

/** A call as it is on record, with nothing of what it was for. */
function recordedCall(label: string, records: RecordedCalls, model: string): TraceCall {
  const [last = label] = label.split('/').slice(-1);
  const shown = { label, role: last.replace(/-?\d.*$/, ''), from: [], model, messages: [] };
  try {
    const { reasoning, answer, finish, usage, dollars, seconds, maxTokens } = records.read(label) ?? {};
    const reply = { reasoning, answer: answer ?? undefined, finish, usage, seconds, maxTokens };
    // What a run writes, read back.
    const outcome = {
      kind: 'reply',
      dollars: dollars ?? undefined,
      ...reply,
    } as unknown as TraceCall['outcome'];
    return { ...shown, outcome };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...shown, outcome: { kind: 'failed', message } };
  }
}

/** A model by its name alone. */
function silent(name: string): ChatModel {
  return {
    name,
    generate: () => Promise.reject(new Error('a trace is read, and nobody is asked')),
  };
}

const never = new AbortController().signal;

const nothingToSpend: Allowance = {
  problem: 'none',
  lasting: { problem: {}, run: {} },
  signal: never,
  stopping: AbortSignal.abort(),
  reserve: () => Promise.reject(new Error('a trace is read, and nothing is spent')),
  isLasting: () => true,
  close: () => undefined,
};
