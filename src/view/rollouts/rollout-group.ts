/** A group of attempts whole: what it was asked, each attempt with its grade, and what a step made of it. */
import type { JournalReader } from '../../journal/journal-reader.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import { createMathematics, type Mathematics } from '../../prove/mathematics.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import type { AttemptLogRatios } from '../../train/log-ratios.ts';
import type { RolloutAttempt, RolloutGroup } from '../api/rollouts.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { formatOf } from '../run-files.ts';
import { safeHtml } from '../safe-html.ts';
import { originOfGroup } from './group-origin.ts';
import { findGroup } from './group-place.ts';
import { batchesOf, type StageOfRun, stageOfRun } from './policy-stage.ts';
import {
  gradeOf,
  type Judged,
  judged,
  type RecordedAttempt,
  recordedAttempts,
  ungradedIn,
} from './recorded-attempts.ts';
import { recipeRuns } from './rollout-stages.ts';
import { stepLogRatios } from './step-log-ratios.ts';

/** Of a group's attempts, one after the other. */
export const tokensPerPage = 8192;

export const rolloutGroup: Resource<'runs/:run/rollouts/:stage/group/:group.json'> = {
  read: async (workplace, { run, stage, group }) => {
    const own = stageOfRun(workplace, run, stage);
    return await workplace.journal(run, async (journal) => await readGroup(journal, own, numberOf(group)));
  },
  instances: async function* (workplace) {
    for await (const { run, stage, group } of everyGroup(workplace))
      yield { run, stage, group: String(group) };
  },
};

/** Every group that has ended and has attempts on record. */
export async function* everyGroup(workplace: Parameters<typeof recipeRuns>[0]) {
  for (const run of recipeRuns(workplace)) {
    for (const stage of ['rl', 'rc'] as const) {
      const batches = await workplace.journal(run, (journal) => batchesOf(journal, stage));
      for (const { groups, dropped } of batches.values()) {
        for (const group of [...groups, ...dropped.map(([index]) => index)]) yield { run, stage, group };
      }
    }
  }
}

/** Throws a NotFoundError. */
export function numberOf(group: string): number {
  if (!/^\d+$/.test(group)) throw new NotFoundError(`${group} is no number of a group`);
  return Number(group);
}

async function readGroup(journal: JournalReader, own: StageOfRun, group: number): Promise<RolloutGroup> {
  const found = findGroup(await batchesOf(journal, own.stage), group);
  if (found === undefined)
    throw new NotFoundError(`group ${group} of stage ${own.stage} is in no committed step (yet)`);
  const { step, batch, place, reason, previous, next } = found;
  const format = await formatOf(own.directory);
  const origin = await originOfGroup(journal, own, format, group);
  const troubles = origin.trouble === undefined ? [] : [origin.trouble];
  const recorded = recordedAttempts(
    journal,
    own,
    group,
    place === undefined ? undefined : ungradedIn(batch, place),
  );
  const seen = place === undefined ? undefined : judged(recorded, own, step);
  const ratios = place === undefined ? undefined : ratiosOf(journal, own, { step, place }, troubles);
  const mathematics = createMathematics();
  const version = trainedVersion(journal, own, batch.groups, step);
  let start = 0;
  const attempts = recorded.map((attempt, at) => {
    const own = attemptOf(attempt, { at, start, format, seen, version, mathematics, troubles, ratios });
    start += own.tokens;
    return own;
  });
  const { id, statement, source } = origin.problem;
  return {
    ...{ stage: own.stage, group, step, outcome: seen?.outcome ?? 'dropped', reason: reason ?? null },
    problem: { id, source, statement: safeHtml(markdownToHtml(statement, mathematics)) },
    state: origin.state ?? null,
    messages: origin.messages ?? [],
    attempts,
    tokenPages: Math.ceil(start / tokensPerPage),
    tokensPerPage,
    hasLogRatios: ratios !== undefined,
    troubles,
    previous: previous ?? null,
    next: next ?? null,
  };
}

function ratiosOf(
  journal: JournalReader,
  { stage }: StageOfRun,
  { step, place }: { readonly step: number; readonly place: number },
  troubles: string[],
): readonly AttemptLogRatios[] | undefined {
  try {
    return stepLogRatios(journal, stage, step)?.filter(({ group }) => group === place);
  } catch (error) {
    troubles.push(`the trainer's log-probs of step ${step} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * The version of the weights that a step trains: before the first step there is but one, and it sampled all of that. Undefined
 * where it cannot be told.
 */
function trainedVersion(
  journal: JournalReader,
  own: StageOfRun,
  groups: readonly number[],
  step: number,
): number | undefined {
  const first = step === 1 ? groups[0] : journalFirstGroup(journal, own);
  if (first === undefined) return undefined;
  for (const { sample } of recordedAttempts(journal, own, first, undefined)) {
    try {
      const version = sample().versions[0]?.version;
      if (version !== undefined) return version + step - 1;
    } catch {
      // Damaged; the next attempt says the same.
    }
  }
  return undefined;
}

function journalFirstGroup(journal: JournalReader, { stage }: StageOfRun): number | undefined {
  const value = journal.find(`${stage}/batch`, '1')?.value as
    | { readonly groups?: readonly number[] }
    | undefined;
  return value?.groups?.[0];
}

interface Surroundings {
  readonly at: number;
  readonly start: number;
  readonly format: ChatFormat;
  readonly seen: Judged | undefined;
  readonly version: number | undefined;
  readonly mathematics: Mathematics;
  readonly troubles: string[];
  readonly ratios: readonly AttemptLogRatios[] | undefined;
}

function attemptOf(
  attempt: RecordedAttempt,
  { at, start, format, seen, version, mathematics, troubles, ratios }: Surroundings,
): RolloutAttempt {
  const { index, points, verdict, ungraded } = attempt;
  const read = <Value>(what: string, reading: () => Value): Value | undefined => {
    try {
      return reading();
    } catch (error) {
      troubles.push(`${what} of attempt ${index + 1} cannot be read: ${messageOf(error)}`);
      return undefined;
    }
  };
  const grade = read('the grade', () => gradeOf(attempt));
  const sample = read('the tokens', () => attempt.sample());
  const ratio = ratios?.find((one) => one.attempt === at)?.logRatios_T;
  return {
    ...{ index, verdict, start, points: points ?? null },
    reward: seen === undefined ? null : (seen.rewards[at] ?? null),
    advantage: seen?.advantages[at] ?? null,
    report:
      grade?.kind === 'graded' && grade.report !== ''
        ? safeHtml(markdownToHtml(grade.report, mathematics, { headingLevel: 4 }))
        : null,
    items: grade?.kind === 'graded' ? grade.items : [],
    grader: grade?.grader ?? ungraded?.grader ?? '',
    cause: ungraded === undefined ? null : `${ungraded.cause}: ${ungraded.detail}`,
    tokens: attempt.tokens,
    finish: sample?.finish ?? 'stop',
    hasProof: sample !== undefined && (format.parseReply(sample.tokens_T).answer ?? '').trim() !== '',
    spans: (sample?.versions ?? []).map((span) => ({
      ...{ start: span.start, version: span.version },
      lag: seen === undefined || version === undefined ? null : version - span.version,
    })),
    meanLogProb: sample === undefined || sample.logprobs_T.length === 0 ? null : meanOf(sample.logprobs_T),
    meanLogRatio: ratio === undefined || ratio.length === 0 ? null : meanOf(ratio),
  };
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
