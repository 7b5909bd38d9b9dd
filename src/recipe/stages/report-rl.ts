/** The curves of the report about reinforcement learning, from what its stages have recorded. */
import type { HeldOutAttempts, RlCurve, RlPoint } from '../report/report-input.ts';
import { type PolicyStage, policyStages } from '../schema.ts';
import type { ReportSource } from './report.ts';
import { field, figure, payloadOf } from './report-values.ts';
import { recordedAlarms } from './rl-alarms.ts';
import { type HeldOutAttempt, heldOutStream } from './rl-held-out.ts';

/** Of the stages that the recipe has. */
export async function rlCurves({ recipe, journal }: ReportSource): Promise<RlCurve[]> {
  const curves: RlCurve[] = [];
  for (const stage of policyStages) {
    const settings = recipe[stage];
    if (settings === undefined) continue;
    const before = await journal.find(`${stage}/held-out`, '0');
    curves.push({
      stage,
      checkpoint: stage,
      from: settings.from,
      tokenLimit: settings.maxTokens,
      ...(before === undefined ? {} : { before: before.value as NonNullable<RlPoint['heldOut']> }),
      points: await pointsOf(journal, stage),
      heldOut: await heldOutOf(journal, stage),
      alarms: await recordedAlarms(journal, stage, settings),
    });
  }
  return curves;
}

async function heldOutOf(journal: ReportSource['journal'], stage: PolicyStage): Promise<HeldOutAttempts[]> {
  const measured: HeldOutAttempts[] = [];
  for await (const event of journal.events(heldOutStream(stage))) {
    const attempts = payloadOf<readonly HeldOutAttempt[]>(event);
    measured.push({
      step: Number(event.key),
      attempts_P: attempts.map(([score, length, overflowed]) => ({ score, length, overflowed })),
    });
  }
  return measured;
}

async function pointsOf(journal: ReportSource['journal'], stage: PolicyStage): Promise<RlPoint[]> {
  const points: RlPoint[] = [];
  const seconds = new Map<number, number>();
  for await (const { value } of journal.events(`${stage}/seconds`)) {
    // A step that was applied again sampled nothing: the first time counts.
    const step = figure(value, 'step');
    if (!seconds.has(step)) seconds.set(step, figure(value, 'seconds'));
  }
  for await (const { key, value } of journal.events(`${stage}/step`)) {
    const groups = field(value, 'groups');
    const heldOut = field(value, 'heldOut') as RlPoint['heldOut'] | undefined;
    const exactReward = field(value, 'exactReward');
    const turns = field(value, 'turns') as RlPoint['turns'] | undefined;
    points.push({
      step: Number(key),
      ...(typeof field(value, 'reward') === 'number' ? { reward: figure(value, 'reward') } : {}),
      ...(typeof exactReward === 'number' ? { exactReward } : {}),
      ...(heldOut === undefined ? {} : { heldOut }),
      lengthMean: figure(value, 'lengthMean'),
      overflowShare: figure(value, 'overflowShare'),
      ...(typeof field(value, 'entropy') === 'number' ? { entropy: figure(value, 'entropy') } : {}),
      gradientNorm: figure(value, 'gradientNorm'),
      groups: {
        trained: figure(groups, 'trained'),
        allZero: figure(groups, 'allZero'),
        allEqual: figure(groups, 'allEqual') + figure(groups, 'allFull'),
        ungraded: figure(groups, 'tooFewGrades'),
      },
      ...(turns === undefined ? {} : { turns }),
      mismatchKl: figure(value, 'mismatchKl'),
      maxRatio: figure(value, 'maxRatio'),
      seconds: seconds.get(Number(key)) ?? 0,
      tokens: figure(value, 'processedTokens'),
    });
  }
  return points;
}
