/**
 * What a cluster does under different settings, always with the same attempts: each bound on staleness, each split of the
 * nodes, and with a node lost. The settings that a person chooses are compared here; machines are as they are.
 */
import type { Cluster, NodeLoss } from './cluster.ts';
import { type SimulatedRecipe, type SimulatedRun, simulate } from './simulation.ts';
import { type SimulationSummary, summarise } from './summary.ts';

export interface SurveySettings {
  readonly cluster: Cluster;
  readonly recipe: SimulatedRecipe;
  readonly steps: number;
  readonly seed: number;
}

/** A run that ended as the summary says, or that a real pipeline would have ended with this message. */
export type Outcome =
  | { readonly kind: 'ran'; readonly summary: SimulationSummary }
  | { readonly kind: 'stalled'; readonly message: string };

export interface BoundRow {
  /** Infinity: no bound. */
  readonly maxLag: number;
  readonly outcome: Outcome;
}

export interface SplitRow {
  readonly sampling: number;
  readonly training: number;
  readonly outcome: Outcome;
}

export const surveyedBounds: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, Number.POSITIVE_INFINITY];

/** Steps at the beginning that are not counted: more than the greatest bound, and no more than a third of all. */
function firstCounted(steps: number): number {
  return 1 + Math.min(10, Math.floor(steps / 3));
}

export async function* surveyBounds(
  settings: SurveySettings,
  bounds = surveyedBounds,
): AsyncGenerator<BoundRow> {
  for (const maxLag of bounds) yield { maxLag, outcome: await outcomeOf(withBound(settings, maxLag)) };
}

/** Every way to divide the nodes of the cluster between sampling and training. */
export async function* surveySplits(settings: SurveySettings): AsyncGenerator<SplitRow> {
  const { cluster } = settings;
  const nodes = cluster.sampling.nodes + cluster.training.nodes;
  for (let sampling = 1; sampling < nodes; sampling += 1) {
    const split = {
      ...cluster,
      sampling: { ...cluster.sampling, nodes: sampling },
      training: { ...cluster.training, nodes: nodes - sampling },
    };
    yield {
      ...{ sampling, training: nodes - sampling },
      outcome: await outcomeOf({ ...settings, cluster: split }),
    };
  }
}

/** The split with the shortest mean step. */
export function bestSplit(
  rows: readonly SplitRow[],
): (SplitRow & { readonly summary: SimulationSummary }) | undefined {
  return rows
    .flatMap((row) => (row.outcome.kind === 'ran' ? [{ ...row, summary: row.outcome.summary }] : []))
    .toSorted((a, b) => a.summary.stepMean - b.summary.stepMean)[0];
}

export interface LossRow {
  readonly name: string;
  readonly outcome: Outcome;
}

/**
 * The same run while nothing is lost, and with a node lost in different ways, each once, after `atSeconds`. Steps count from
 * the one in which that is.
 */
export async function* surveyLosses(settings: SurveySettings, atSeconds: number): AsyncGenerator<LossRow> {
  const { attemptSeconds } = settings.recipe.pipeline;
  const node = { nodes: 1, atSeconds } as const;
  const losses: readonly (readonly [string, readonly NodeLoss[]])[] = [
    ['none', []],
    ['a sampling node, noticed after 60 s', [{ ...node, role: 'sampling', noticedAfterSeconds: 60 }]],
    [
      'the same, back after 30 min',
      [{ ...node, role: 'sampling', noticedAfterSeconds: 60, backAfterSeconds: 1800 }],
    ],
    [
      `never noticed: its attempts end with their leases, ${attemptSeconds} s`,
      [{ ...node, role: 'sampling' }],
    ],
    ['a training node, back after 15 min', [{ ...node, role: 'training', backAfterSeconds: 900 }]],
  ];
  for (const [name, lost] of losses)
    yield {
      name,
      outcome: await outcomeOf({ ...settings, cluster: { ...settings.cluster, losses: [...lost] } }, (run) =>
        firstAfter(run, atSeconds),
      ),
    };
}

export function withBound(settings: SurveySettings, maxLag: number): SurveySettings {
  const { recipe } = settings;
  return { ...settings, recipe: { ...recipe, pipeline: { ...recipe.pipeline, maxLag } } };
}

/** The step that is under way after so many seconds. */
function firstAfter({ steps }: SimulatedRun, seconds: number): number {
  let end = 0;
  for (const step of steps) {
    end += step.seconds;
    if (end > seconds) return step.step;
  }
  return steps.length;
}

async function outcomeOf(
  { cluster, recipe, steps, seed }: SurveySettings,
  from: (run: SimulatedRun) => number = () => firstCounted(steps),
): Promise<Outcome> {
  try {
    const run = await simulate({ cluster, recipe, steps, seed });
    return { kind: 'ran', summary: summarise(run, from(run)) };
  } catch (error) {
    if (!(error instanceof Error && error.name === 'PipelineStalledError')) throw error;
    return { kind: 'stalled', message: error.message };
  }
}
