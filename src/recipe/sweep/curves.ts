/** How an arm went step by step, as means over its seeds: what the figures over steps are drawn from. */
import { mean } from '../../stats/moments.ts';
import type { RlPoint } from '../report/report-input.ts';
import { policyStages, type StageId } from '../schema.ts';
import { pointFigures } from './point-figures.ts';
import type { ArmResult } from './read-arm.ts';

export interface CurvePoint {
  readonly step: number;
  /** Attempts until then; absent for stages that sample nothing. */
  readonly attempts?: number;
  readonly value: number;
}

export interface ArmCurve {
  readonly stage: StageId;
  readonly figure: CurveFigure;
  readonly points: readonly CurvePoint[];
}

export const curveFigures = {
  heldOut: 'held-out score, percent of full marks',
  reward: 'reward, percent of full marks',
  length: 'length of attempts, tokens',
  withoutSuccess: 'groups without success, percent',
  validationLoss: 'validation loss, nats per token',
} as const;
export type CurveFigure = keyof typeof curveFigures;

const { heldOut, reward, length, withoutSuccess } = pointFigures;
const policyFigures: Readonly<
  Record<Exclude<CurveFigure, 'validationLoss'>, (point: RlPoint) => number | undefined>
> = { heldOut, reward, length, withoutSuccess };

/** Of the stages that differ between arms; of the last one that has curves, where none differs. */
export function curvesOf(runs: readonly ArmResult[], swept: readonly StageId[]): ArmCurve[] {
  const stages = runs[0]?.input;
  const known = [...(stages?.supervised ?? []), ...(stages?.rl ?? [])].map(({ stage }) => stage as StageId);
  const wanted = known.filter((stage) => swept.includes(stage));
  const shown = wanted.length > 0 ? wanted : known.slice(-1);
  return shown
    .flatMap((stage) => [
      ...Object.entries(policyFigures).map(([figure, of]) =>
        policyCurve(runs, stage, figure as CurveFigure, of),
      ),
      supervisedCurve(runs, stage),
    ])
    .filter(({ points }) => points.length > 1);
}

function policyCurve(
  runs: readonly ArmResult[],
  stage: StageId,
  figure: CurveFigure,
  of: (point: RlPoint) => number | undefined,
): ArmCurve {
  const rows = runs.map(({ arm, input }) => {
    const curve = input.rl.find((one) => one.stage === stage);
    const policy = policyStages.find((id) => id === stage);
    const settings = policy && arm.loaded.recipe[policy];
    const perStep = settings === undefined ? 0 : settings.problemsPerStep * settings.groupSize;
    const before =
      figure === 'heldOut' && curve?.before !== undefined ? [[0, 100 * curve.before.score] as const] : [];
    const after = (curve?.points ?? []).flatMap((point) => {
      const value = of(point);
      return value === undefined ? [] : [[point.step, value] as const];
    });
    return { perStep, values: new Map([...before, ...after]) };
  });
  return { stage, figure, points: meanPoints(rows, rows[0]?.perStep) };
}

function supervisedCurve(runs: readonly ArmResult[], stage: StageId): ArmCurve {
  const rows = runs.map(({ input }) => {
    const curve = input.supervised.find((one) => one.stage === stage);
    const before = curve?.before === undefined ? [] : [[0, curve.before] as const];
    const after = (curve?.points ?? []).flatMap(({ step, validationLoss }) =>
      validationLoss === undefined ? [] : [[step, validationLoss] as const],
    );
    return { values: new Map([...before, ...after]) };
  });
  return { stage, figure: 'validationLoss', points: meanPoints(rows, undefined) };
}

/** At the steps that all seeds have. */
function meanPoints(
  rows: readonly { readonly values: ReadonlyMap<number, number> }[],
  perStep: number | undefined,
): CurvePoint[] {
  const steps = [...(rows[0]?.values.keys() ?? [])].filter((step) =>
    rows.every(({ values }) => values.has(step)),
  );
  return steps.map((step) => ({
    step,
    ...(perStep === undefined ? {} : { attempts: perStep * step }),
    value: mean(rows.map(({ values }) => values.get(step) ?? 0)),
  }));
}
