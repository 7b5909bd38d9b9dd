/**
 * A study as tables: its claims with what they came to, and the scores of every checkpoint of every arm, after one turn, with
 * the Reasoning Cache, and with scaffolds that search, beside what they spend.
 */
import type { Cell, Table } from '../../bench/tables/table.ts';
import { meanInterval } from '../../stats/mean-interval.ts';
import { mean } from '../../stats/moments.ts';
import { Random } from '../../stats/random.ts';
import { runDeviation } from '../../stats/run-deviation.ts';
import { stageOf } from '../checkpoints.ts';
import { label, searchLabels } from '../report/effects.ts';
import { bracket, pValue, signed } from '../report/format.ts';
import type { Values } from '../report/measured-effect.ts';
import { type CheckpointName, checkpointNames, searchNames } from '../report/report-input.ts';
import { verdictOf } from '../report/verdict-section.ts';
import { type StageId, stagesOf } from '../schema.ts';
import { stageKey } from '../stage-inputs.ts';
import type { ArmResult } from '../sweep/read-arm.ts';
import type { StudyEffect } from './claims.ts';
import { type Reading, valuesOf } from './reading.ts';

const left = (heading: string) => ({ heading, align: 'left' as const });
const right = (heading: string) => ({ heading, align: 'right' as const });

export function claimTable(effects: readonly StudyEffect[]): Table {
  return {
    title: 'Claims',
    columns: [left('of'), left('claim'), right('estimate'), right('p'), right('by seed'), left('')],
    rows: effects.map(({ heading, effect, seeds }): Cell[] =>
      effect.kind === 'not-applicable'
        ? [heading, effect.claim, null, null, null, `not measured: ${effect.why}`]
        : [
            heading,
            effect.claim,
            `${signed(effect.interval.estimate)} ${bracket(effect.interval)}`,
            pValue(effect.pValue),
            seeds.map(({ estimate }) => signed(estimate)).join(', '),
            verdictOf(effect),
          ],
    ),
    notes: [
      'Estimates count in the direction of the claim: points are percent of full marks, else tokens. In brackets 95 % intervals over problems and attempts of all seeds; a claim is shown when the whole interval lies above 0, of a claim of likeness within its bounds.',
      'What training anew would change, only the seeds tell.',
    ],
  };
}

/** A checkpoint of an arm, with its runs. */
export interface StudyCheckpoint {
  readonly arm: string;
  readonly checkpoint: CheckpointName;
  readonly runs: readonly ArmResult[];
}

/** Each once: an arm's checkpoint that an earlier arm has too, made in the same way, is that arm's. */
export function checkpointsOf(results: readonly ArmResult[]): StudyCheckpoint[] {
  const seen = new Set<string>();
  const found: StudyCheckpoint[] = [];
  for (const [arm, runs] of Map.groupBy(results, ({ arm: { label: name } }) => name)) {
    for (const checkpoint of checkpointNames) {
      if (!runs.some(({ input }) => input.evaluations.some((one) => one.checkpoint === checkpoint))) continue;
      const key = runs.map((run) => keyOf(run, stageOf[checkpoint])).join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({ arm, checkpoint, runs });
    }
  }
  return found;
}

function keyOf({ arm: { loaded, label: name } }: ArmResult, stage: StageId): string {
  return stagesOf(loaded.recipe).includes(stage) ? stageKey(loaded.recipe, stage) : `${name} ${stage}`;
}

/** After the paper's Table 1: who, and the score after one turn, over the turns of the cache, and with searching. */
export function scoreTable(results: readonly ArmResult[]): Table {
  const checkpoints = checkpointsOf(results);
  const severalArms = new Set(checkpoints.map(({ arm }) => arm)).size > 1;
  const columns: { readonly heading: string; readonly where: Reading['where'] }[] = [
    { heading: 'single turn', where: { kind: 'scaffold', scaffold: 'single' } },
    { heading: 'cache, last turn', where: { kind: 'cache', turn: undefined } },
    ...searchNames.map((scaffold) => ({
      heading: searchLabels[scaffold],
      where: { kind: 'scaffold' as const, scaffold },
    })),
  ];
  const cells = checkpoints.map((one) => columns.map(({ where }) => scoreCell(one, where)));
  const used = columns.map((_, i) => cells.some((row) => row[i] !== null));
  return {
    title: 'Scores, percent of full marks',
    columns: [
      left('checkpoint'),
      ...(severalArms ? [left('arm')] : []),
      ...columns.flatMap(({ heading }, i) => (used[i] ? [right(heading)] : [])),
    ],
    rows: checkpoints.map(({ arm, checkpoint }, row) => [
      label(checkpoint),
      ...(severalArms ? [arm] : []),
      ...(cells[row] ?? []).filter((_, i) => used[i]),
    ]),
    notes: [
      'In parentheses the standard deviation of seeds; in brackets 95 % intervals over problems and attempts of all seeds.',
    ],
  };
}

/** After the paper's Table 2: what each scaffold scores and spends, for every checkpoint that was searched with. */
export function scaffoldTable(results: readonly ArmResult[]): Table | undefined {
  const rows = checkpointsOf(results).flatMap((one) => {
    const places = scaffoldPlaces(one);
    if (!places.some(({ isSearch }) => isSearch)) return [];
    const single = tokensOf(one, { kind: 'scaffold', scaffold: 'single' });
    return places.map(({ name, where }): Cell[] => {
      const tokens = tokensOf(one, where);
      return [
        `${label(one.checkpoint)}, ${one.arm}`,
        name,
        scoreCell(one, where),
        tokens === undefined ? null : { value: tokens, digits: 0 },
        tokens === undefined || !single ? null : { value: tokens / single, digits: 1 },
      ];
    });
  });
  if (rows.length === 0) return undefined;
  return {
    title: 'Scaffolds: score, and completion tokens a problem',
    columns: [left('checkpoint'), left('scaffold'), right('score'), right('tokens'), right('single turns')],
    rows,
    notes: [],
  };
}

function scaffoldPlaces({ runs, checkpoint }: StudyCheckpoint) {
  const has = (scaffold: string): boolean =>
    runs.some(({ input }) =>
      input.evaluations.some((one) => one.checkpoint === checkpoint && one.scaffold === scaffold),
    );
  const places: { readonly name: string; readonly where: Reading['where']; readonly isSearch: boolean }[] = [
    { name: 'single turn', where: { kind: 'scaffold', scaffold: 'single' }, isSearch: false },
  ];
  if (has('reasoning-cache'))
    places.push({
      name: 'Reasoning Cache, last turn',
      where: { kind: 'cache', turn: undefined },
      isSearch: false,
    });
  for (const scaffold of searchNames)
    if (has(scaffold))
      places.push({ name: searchLabels[scaffold], where: { kind: 'scaffold', scaffold }, isSearch: true });
  return places;
}

function scoreCell({ arm, checkpoint, runs }: StudyCheckpoint, where: Reading['where']): Cell {
  const reading = { arm, checkpoint, where };
  const values = valuesOf(runs, reading, 'score');
  if (values.size === 0) return null;
  const random = new Random('study', arm, checkpoint, JSON.stringify(where));
  const { estimate, low, high } = meanInterval([...values.values()], { random });
  const seeds = runs.flatMap((run) => averageOf(valuesOf([run], reading, 'score')) ?? []);
  const { deviation } = runDeviation([seeds]);
  return { value: estimate, digits: 1, low: Math.max(0, low), high: Math.min(100, high), deviation };
}

function tokensOf({ arm, checkpoint, runs }: StudyCheckpoint, where: Reading['where']): number | undefined {
  return averageOf(valuesOf(runs, { arm, checkpoint, where }, 'tokens'));
}

function averageOf(values: Values): number | undefined {
  return values.size === 0 ? undefined : mean([...values.values()].map((own) => mean(own)));
}
