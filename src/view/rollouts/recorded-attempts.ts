/**
 * The attempts of a group as the journal has them, and what training made of them: grade, reward, advantage. NULL-NOT-ZERO:
 * an attempt without a grade has neither points nor reward; one that was decided without a grader says so.
 */
import type { Sample } from '../../engine/engine.ts';
import { type Grade, gradeSchema, type Ungraded } from '../../grade/grade.ts';
import type { EffectRow, JournalReader } from '../../journal/journal-reader.ts';
import type { CommittedBatch } from '../../recipe/stages/committed-batch.ts';
import { groupAdvantages } from '../../train/advantages.ts';
import { isUnshaped, shapedReward } from '../../train/reward-shaping.ts';
import { decodeSamples } from '../../train/rollout-codec.ts';
import type { GroupOutcome, RolloutAttempt } from '../api/rollouts.ts';
import type { StageOfRun } from './policy-stage.ts';

export interface RecordedAttempt {
  readonly index: number;
  readonly tokens: number;
  readonly points: number | undefined;
  /** points / 7 as training had it. */
  readonly reward: number | undefined;
  readonly verdict: RolloutAttempt['verdict'];
  /** Where the grader said something. */
  readonly graded: EffectRow | undefined;
  readonly ungraded: Ungraded | undefined;
  /** Throws where the record is damaged. */
  readonly sample: () => Sample;
}

/** In their order. `ungraded`: those that had no grade when their batch was made; undefined where the group is in none. */
export function recordedAttempts(
  journal: JournalReader,
  { stage, settings }: Pick<StageOfRun, 'stage' | 'settings'>,
  group: number,
  ungraded: ReadonlyMap<number, Ungraded> | undefined,
): RecordedAttempt[] {
  const samples = new Map<number, EffectRow>();
  const grades = new Map<number, EffectRow>();
  for (const row of journal.effectsBelow(`${stage}/${group}/`)) {
    const index = /^\d+$/.exec(row.unit.slice(`${stage}/${group}/`.length));
    if (index === null) continue;
    if (row.label === 'attempt') samples.set(Number(index[0]), row);
    if (row.label === 'grade') grades.set(Number(index[0]), row);
  }
  return [...samples]
    .sort(([a], [b]) => a - b)
    .map(([index, row]) => {
      const tokens = typeof row.value === 'number' ? row.value : 0;
      const sample = (): Sample => sampleIn(row);
      const isCut = tokens >= settings.maxTokens && settings.truncation !== 'grade-what-exists';
      return {
        ...{ index, tokens, sample, ungraded: ungraded?.get(index) },
        ...verdictOf({
          graded: grades.get(index),
          isUngraded: ungraded?.has(index) ?? false,
          isInBatch: ungraded !== undefined,
          // Few attempts stop with their very last token, and only those have to be looked at.
          isCut: isCut && isCutAt(row),
          isMasked: settings.truncation === 'mask',
        }),
      };
    });
}

interface Circumstances {
  readonly graded: EffectRow | undefined;
  readonly isUngraded: boolean;
  readonly isInBatch: boolean;
  readonly isCut: boolean;
  readonly isMasked: boolean;
}

function verdictOf({
  graded,
  isUngraded,
  isInBatch,
  isCut,
  isMasked,
}: Circumstances): Pick<RecordedAttempt, 'verdict' | 'points' | 'reward' | 'graded'> {
  const nothing = { points: undefined, reward: undefined, graded: undefined };
  if (isCut && isMasked) return { ...nothing, verdict: 'masked' };
  if (isCut) return { verdict: 'cut', points: 0, reward: 0, graded: undefined };
  if (isUngraded) return { ...nothing, verdict: 'ungraded' };
  const points = (graded?.value as { readonly points?: unknown } | undefined)?.points;
  if (typeof points === 'number') return { verdict: 'graded', points, reward: points / 7, graded };
  // Without a proof the grade is 0 and nobody is asked; of a group that is in no batch nobody knows yet.
  if (isInBatch) return { verdict: 'no-proof', points: 0, reward: 0, graded: undefined };
  return { ...nothing, verdict: 'not-graded' };
}

function isCutAt(row: EffectRow): boolean {
  try {
    return sampleIn(row).finish === 'length';
  } catch {
    // The record of its tokens is damaged; that it has as many as allowed says almost as much.
    return true;
  }
}

function sampleIn(row: EffectRow): Sample {
  const payload = row.payload();
  const [sample] = payload === undefined ? [] : decodeSamples(payload);
  if (sample === undefined) throw new Error(`the journal has no tokens of ${row.unit}`);
  return sample;
}

/** The whole grade of an attempt that was graded. Throws where the record is damaged. */
export function gradeOf({ graded }: RecordedAttempt): Grade | undefined {
  const payload = graded?.payload();
  return payload === undefined
    ? undefined
    : gradeSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
}

export interface Judged {
  readonly outcome: Exclude<GroupOutcome, 'dropped'>;
  /** As training shapes them. */
  readonly rewards: readonly (number | undefined)[];
  readonly advantages: readonly (number | undefined)[];
}

/** What a step makes of the group. */
export function judged(attempts: readonly RecordedAttempt[], { settings }: StageOfRun, step: number): Judged {
  const { steps, maxTokens, reward: shaping } = settings;
  const limits = { maxTokens, progress: steps === 1 ? 0 : (step - 1) / (steps - 1) };
  const rewards = attempts.map(({ reward, tokens }) =>
    isUnshaped(shaping) ? reward : shapedReward({ reward, tokens }, shaping, limits),
  );
  const { advantages_G, graded, zeroVariance, meanReward = 0 } = groupAdvantages(rewards, settings.advantage);
  const outcomes = (): Judged['outcome'] => {
    if (graded < settings.minimumGraded) return 'too-few-grades';
    if (!zeroVariance) return 'trained';
    if (meanReward < 1e-9) return 'all-zero';
    return meanReward > 1 - 1e-9 ? 'all-full' : 'all-equal';
  };
  const outcome = outcomes();
  const isLeftOut =
    outcome === 'too-few-grades' || (outcome !== 'trained' && settings.zeroVarianceGroups !== 'keep');
  return { outcome, rewards, advantages: isLeftOut ? advantages_G.map(() => undefined) : advantages_G };
}

/** By attempt, of the group at this place of a batch. */
export function ungradedIn({ ungraded }: CommittedBatch, place: number): ReadonlyMap<number, Ungraded> {
  return new Map(
    ungraded.flatMap(([group, attempt, outcome]) => (group === place ? [[attempt, outcome] as const] : [])),
  );
}
