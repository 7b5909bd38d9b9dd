/**
 * The working part of `qed plan calibrate`: how many gradings `qed calibrate` with the same arguments would ask for, how many tokens and how much
 * money. Prompts are sized by the proofs as they are, replies by recorded calls of the same model where there are some,
 * else by assumptions. Nothing is loaded and nobody is called.
 */
import type { Table } from '../bench/tables/table.ts';
import { armLabel } from '../curate/calibrate/arm.ts';
import type { CalibrationSet } from '../curate/calibrate/calibration-set.ts';
import { tasksOf } from '../curate/calibrate/gradings.ts';
import { plantAttacks } from '../curate/calibrate/plant-attacks.ts';
import type { GradingTask } from '../curate/calibrate/run-calibration.ts';
import { left, number, right } from '../curate/calibrate/table-cells.ts';
import { parseJudgeSpec } from '../grade/judge-spec.ts';
import { judgeSpecNames } from '../grade/resolve-judge.ts';
import { schemeToMarkdown } from '../problems/scheme-markdown.ts';
import { type Estimate, estimate } from '../prove/estimate.ts';
import type { CalibrateOptions } from './calibrate.ts';
import { openSets, type ResolvedArm, resolveArms } from './calibrate-setup.ts';
import { measuredCalls } from './measured-calls.ts';
import { wholeNumber } from './prove-setup.ts';

export type PlanCalibrateOptions = Pick<
  CalibrateOptions,
  | 'judge'
  | 'on'
  | 'styles'
  | 'efforts'
  | 'reference'
  | 'repeats'
  | 'limit'
  | 'threshold'
  | 'seed'
  | 'injections'
  | 'json'
> & { readonly measured?: string };

/** Of a judge's reply, where neither its spec nor its model says. */
const usualJudgeTokens = 16_384;

interface PlannedArm {
  readonly label: string;
  readonly gradings: number;
  readonly estimate: Estimate;
}

export async function plannedText(options: PlanCalibrateOptions): Promise<string> {
  const repeats = wholeNumber('--repeats', options.repeats, 1);
  const seed = wholeNumber('--seed', options.seed, 0);
  const count = options.injections === undefined ? 0 : wholeNumber('--injections', options.injections, 1);
  const { sets } = await openSets(options);
  const tasks = sets.flatMap((set: CalibrationSet) => [
    ...tasksOf(set),
    ...plantAttacks(set, { count, seed }).map(({ task }) => task),
  ]);
  const { arms } = await resolveArms(
    options,
    tasks.map(({ problem }) => problem),
  );
  const measured = await measuredCalls(options.measured);
  const planned = arms.map((arm): PlannedArm => {
    const asked = tasks.filter(
      ({ problem, proof }) => proof !== undefined && arm.arm.missing(problem) === undefined,
    );
    return {
      label: armLabel(arm.arm),
      gradings: asked.length * repeats,
      estimate: ofArm(arm, asked, repeats, measured),
    };
  });
  if (options.json === true) {
    const judges = planned.map(({ label, gradings, estimate: own }) => ({
      ...{ label, gradings, ...own },
      dollars: own.dollars ?? null,
      mostDollars: own.mostDollars ?? null,
    }));
    return `${JSON.stringify({ proofs: tasks.length, repeats, judges }, null, 2)}\n`;
  }
  const { textTable } = await import('../bench/tables/text-table.ts');
  return textTable(tableOf(planned, tasks.length, repeats));
}

function ofArm(
  { arm, grader }: ResolvedArm,
  tasks: readonly GradingTask[],
  repeats: number,
  measured: Awaited<ReturnType<typeof measuredCalls>>,
): Estimate {
  const { least, most } = grader.calls;
  const [model] = grader.models;
  const { maxTokens } = parseJudgeSpec(arm.spec, [...judgeSpecNames, 'model']).settings;
  const limit = typeof maxTokens === 'number' ? maxTokens : (model?.defaults.maxTokens ?? usualJudgeTokens);
  const step = {
    role: 'judge',
    least,
    most,
    expected: least,
    reads: {},
    writes: 'report',
    mayRepeat: false,
  } as const;
  return estimate({
    plan: { least, most, expected: least, mayRepeat: 0, steps: least === 0 ? [] : [step] },
    statementTokens: tasks.map(tokensOf),
    attempts: repeats,
    maxTokens: limit,
    modelOf: () => model ?? { name: arm.name, price: { prompt: 0, completion: 0 } },
    measured,
  });
}

/** About three bytes a token; whatever a judge may be shown counts. */
function tokensOf({ problem, proof }: GradingTask): number {
  const { statement, scheme, guidelines = '', solutions } = problem;
  const rubric = scheme === undefined ? guidelines : schemeToMarkdown(scheme);
  return Math.ceil(Buffer.byteLength([statement, rubric, solutions[0] ?? '', proof ?? ''].join('\n')) / 3);
}

function tableOf(planned: readonly PlannedArm[], proofs: number, repeats: number): Table {
  const cell = ({ estimate: value, low, high }: Estimate['tokens'], digits: number, unit?: '$') => ({
    ...{ value, digits, unit },
    ...(low === value && high === value ? {} : { low, high }),
  });
  const unpriced = planned.filter(({ estimate: own }) => own.dollars === undefined);
  const total = planned.reduce((sum, { estimate: own }) => sum + (own.dollars?.estimate ?? 0), 0);
  const most = planned.reduce((sum, { estimate: own }) => sum + (own.mostDollars ?? 0), 0);
  return {
    title: `${proofs} proofs, planted ones included, ${repeats === 1 ? 'once' : `${repeats} times`} each`,
    columns: [left('judge'), ...['gradings', 'calls', 'tokens', 'dollars'].map(right), left('sizes from')],
    rows: planned.map(({ label, gradings, estimate: own }) => [
      label,
      number(gradings, 0),
      cell(own.calls, 0),
      cell(own.tokens, 0),
      own.dollars === undefined ? 'no price' : cell(own.dollars, 2, '$'),
      own.roles
        .map(({ measuredCalls: calls }) => (calls > 0 ? `${calls} recorded calls` : 'assumed'))
        .join(', '),
    ]),
    notes: [
      `In all $${total.toFixed(2)}, and $${most.toFixed(2)} with every question asked again and every reply at its limit${unpriced.length === 0 ? '' : ', without the judges that have no price'}. Ensembles are taken at the price of their first model.`,
    ],
  };
}
