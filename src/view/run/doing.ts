/** What a run is at, or waits for, as a sentence; and how long its stage still takes at the pace of this sitting. */
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { PolicyStage, Recipe, RlSettings } from '../../recipe/schema.ts';
import { plannedEvaluations } from '../../recipe/stages/planned-evaluations.ts';
import { TimeLeft } from '../../recipe/time-left.ts';
import type { RunStage } from '../api/run.ts';
import type { RunSeries } from './run-series.ts';

export interface AtWork {
  readonly recipe: Recipe;
  readonly reader: JournalReader;
  readonly series: RunSeries;
  /** The stage that is under way. */
  readonly stage: RunStage;
}

export function doing(work: AtWork): string {
  const { recipe, stage } = work;
  if (stage.id === 'rl' || stage.id === 'rc') {
    const settings = recipe[stage.id];
    if (settings !== undefined) return gathering(work, stage.id, settings);
  }
  if (stage.id === 'evaluate') return evaluating(work);
  if (stage.trains === null) return `${stage.title}: ${stage.what}`;
  const of = stage.all === null ? '' : ` of ${stage.all}`;
  return `${stage.title}: step ${stage.done + 1}${of} is trained.`;
}

/** Sampling, grading, training or measuring: told by which of its records there are. */
function gathering({ reader, series, stage }: AtWork, id: PolicyStage, settings: RlSettings): string {
  const next = stage.done + 1;
  if (stage.done >= settings.steps)
    return `${stage.title}: the last step is done; its checkpoint is written.`;
  const measured = (step: number) => reader.countEffectsBelow(`${id}/held-out/${step}/`).get('attempt') ?? 0;
  if (stage.done === 0 && stage.heldOutBefore === null)
    return `Measuring the held-out score before the first step: ${count(measured(0), 'attempt')} so far.`;
  if (reader.find(`${id}/batch`, String(next)) !== undefined) {
    const attempts = measured(next);
    return attempts > 0
      ? `Step ${next} of ${settings.steps} is trained; its held-out score is measured: ${count(attempts, 'attempt')} so far.`
      : `Step ${next} of ${settings.steps}: its groups are complete, and the optimiser is at work.`;
  }
  const groups = groupsUnderWay(reader, id, series.endedGroups(id), settings);
  const wanted = settings.problemsPerStep * settings.groupSize;
  const sampled = groups.slice(0, settings.problemsPerStep).reduce((sum, { attempts }) => sum + attempts, 0);
  const ahead = groups.slice(settings.problemsPerStep).reduce((sum, { attempts }) => sum + attempts, 0);
  const later = ahead > 0 ? `; ${count(ahead, 'attempt')} for later steps are there already` : '';
  return `Step ${next} of ${settings.steps} waits for its groups: ${sampled} of ${wanted} attempts are sampled${later}.`;
}

/** The groups that may be under way, in the order of their numbers, with the attempts that are on record. */
function groupsUnderWay(
  reader: JournalReader,
  stage: PolicyStage,
  ended: ReadonlySet<number>,
  { problemsPerStep, pipeline }: RlSettings,
): { readonly attempts: number }[] {
  const groups: { readonly attempts: number }[] = [];
  const most = problemsPerStep * (pipeline.maxLag + 1);
  for (let index = 0; groups.length < most; index += 1) {
    if (ended.has(index)) continue;
    groups.push({ attempts: reader.countEffectsBelow(`${stage}/${index}/`).get('attempt') ?? 0 });
  }
  return groups;
}

function evaluating({ recipe, reader, stage }: AtWork): string {
  const next = plannedEvaluations(recipe).find(
    ({ checkpoint, scaffold }) => reader.find('evaluation', `${checkpoint}/${scaffold}`) === undefined,
  );
  if (next === undefined) return 'All evaluations are done; what the judge is worth is measured.';
  const calls = reader.countEffectsBelow(`evaluate/${next.checkpoint}/${next.scaffold}/`);
  const made = [...calls.values()].reduce((sum, n) => sum + n, 0);
  return `Evaluating checkpoint ${next.checkpoint} with ${next.scaffold}: ${count(made, 'call')} and gradings so far; ${stage.done} of ${stage.all ?? '?'} evaluations are done.`;
}

/** Seconds that are left of the stage; null while nobody works on it, or before it has a pace. */
export function stageSecondsLeft({ series, stage }: AtWork, since: string, now: number): number | null {
  const own = [...series.stages].find(([id]) => id === stage.id)?.[1];
  if (own === undefined || stage.all === null) return null;
  const began = Date.parse(since) / 1000;
  const pace = new TimeLeft();
  own.column('cost/endedAt').forEach((endedAt, place) => {
    if (endedAt !== null && endedAt >= began) pace.step(place + 1, stage.all ?? 0, endedAt);
  });
  const left = pace.at(now);
  return left === undefined ? null : Math.round(left);
}

function count(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
}
