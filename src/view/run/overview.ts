/**
 * A run at a glance: its stages, who holds it and what it is at, alarms, failures, the runs below it. A directory that is
 * damaged says so and shows what can be read.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { JournalReader } from '../../journal/journal-reader.ts';
import { isRunDirectoryHeld } from '../../journal/run-lock.ts';
import type { RunAlarm, RunHealth, RunOverview, RunStage, RunTotals } from '../api/run.ts';
import type { RunState } from '../api/runs.ts';
import { type FrozenRecipe, frozenRecipe } from '../frozen-recipe.ts';
import type { Resource } from '../resource.ts';
import { type Summarised, summarisers } from '../runs/summarisers.ts';
import type { RunPlace, Workplace } from '../workplace.ts';
import { alarmMeaning } from './alarm-meaning.ts';
import { doing, stageSecondsLeft } from './doing.ts';
import { armsOf, isBelow } from './run-arms.ts';
import { runDocuments } from './run-documents.ts';
import type { RunSeries } from './run-series.ts';
import { runStages } from './run-stages.ts';
import { seriesOf } from './series-of-run.ts';

export const runOverview: Resource<'runs/:run/overview.json'> = {
  read: async (workplace, { run }) => await overview(workplace, workplace.run(run)),
  instances: (workplace) => workplace.runs().map(({ id }) => ({ run: id })),
  /** Nothing is written when a process dies, and a study changes with its arms. */
  async revision(workplace, { run }) {
    const { kind, path: above, directory } = workplace.run(run);
    const held = (place: string): string => (isRunDirectoryHeld(place) ? 'held' : 'free');
    const own = `${await workplace.revision(run)}.${held(directory)}`;
    if (kind !== 'study') return own;
    const below = await Promise.all(
      workplace
        .runs()
        .filter((place) => isBelow(above, place))
        .map(async (place) => `${await workplace.revision(place.id)}.${held(place.directory)}`),
    );
    return [own, ...below].join('_');
  },
};

async function overview(workplace: Workplace, place: RunPlace): Promise<RunOverview> {
  const { id, kind, directory } = place;
  const troubles: string[] = [];
  const frozen = kind === 'recipe' ? frozenRecipe(directory) : undefined;
  if (frozen?.trouble !== undefined) troubles.push(frozen.trouble);
  const summarised = kind === 'recipe' ? undefined : await summaryOf(workplace, place, troubles);
  const isHeld = isRunDirectoryHeld(directory);
  const isFinished = summarised?.isFinished ?? existsSync(path.join(directory, 'finished.json'));
  const read = await readJournal(workplace, place, { frozen, isHeld, isFinished }, troubles);
  return {
    ...{ id, path: place.path, kind },
    name: frozen?.recipe?.name ?? summarised?.title ?? path.basename(directory),
    description: frozen?.recipe?.description ?? summarised?.detail ?? '',
    state: stateOf(troubles.length > 0 && read === undefined, isHeld, isFinished),
    health: read?.health ?? unknownHealth(workplace),
    stages: read?.stages ?? [],
    alarms: read?.alarms ?? [],
    failures: read?.failures ?? [],
    totals: read?.totals ?? { seconds: 0, trainedTokens: 0, sampledTokens: 0, peakBytes: null },
    hasSpend: read?.hasSpend ?? false,
    arms: await armsOf(workplace, place),
    documents: runDocuments(directory),
    troubles,
  };
}

function stateOf(isDamaged: boolean, isHeld: boolean, isFinished: boolean): RunState {
  if (isDamaged) return 'damaged';
  if (isHeld) return 'running';
  return isFinished ? 'finished' : 'stopped';
}

async function summaryOf(
  workplace: Workplace,
  place: RunPlace,
  troubles: string[],
): Promise<Summarised | undefined> {
  try {
    const summarised = await summarisers[place.kind](workplace, place);
    troubles.push(...summarised.troubles);
    return summarised;
  } catch (error) {
    troubles.push(messageOf(error));
    return undefined;
  }
}

interface Known {
  readonly frozen: FrozenRecipe | undefined;
  readonly isHeld: boolean;
  readonly isFinished: boolean;
}

type FromJournal = Pick<RunOverview, 'health' | 'stages' | 'alarms' | 'failures' | 'totals' | 'hasSpend'>;

/** Undefined where there is no journal, or none that can be read, which is a trouble. */
async function readJournal(
  workplace: Workplace,
  { id, kind }: RunPlace,
  { frozen, isHeld, isFinished }: Known,
  troubles: string[],
): Promise<FromJournal | undefined> {
  if (!workplace.hasJournal(id)) {
    if (kind === 'recipe' && isFinished)
      troubles.push('journal.db is missing: what the run did cannot be shown; restore it from a copy');
    return undefined;
  }
  try {
    const series = await seriesOf(workplace, id);
    return await workplace.journal(id, (reader): FromJournal => {
      const recipe = frozen?.recipe;
      const stages = recipe === undefined ? [] : runStages({ recipe, reader, series, isHeld, isFinished });
      const current = stages.find(({ state }) => state === 'running');
      const work =
        recipe === undefined || current === undefined
          ? undefined
          : { recipe, reader, series, stage: current };
      return {
        health: healthOf(workplace, reader, series, {
          isHeld,
          doing: work === undefined ? idle(isHeld, isFinished, stages) : doing(work),
          left: (since, now) => (work === undefined ? null : stageSecondsLeft(work, since, now)),
        }),
        stages,
        alarms: series.alarms.map((alarm): RunAlarm => ({ ...alarm, meaning: alarmMeaning[alarm.kind] })),
        failures: series.failures,
        totals: totalsOf(series),
        hasSpend: reader.last('spend/settled') !== undefined,
      };
    });
  } catch (error) {
    troubles.push(messageOf(error));
    return undefined;
  }
}

function idle(isHeld: boolean, isFinished: boolean, stages: readonly RunStage[]): string | null {
  if (isHeld) return 'A process works on it.';
  if (isFinished) return null;
  const stopped = stages.find(({ state }) => state === 'stopped');
  if (stopped === undefined) return 'Nobody works on it. The command that began it goes on where it stopped.';
  const of = stopped.all === null ? '' : ` of ${stopped.all}`;
  return `Nobody works on it. It stopped in ${stopped.title.toLowerCase()}, after ${stopped.done}${of} ${stopped.unit}; the command that began it goes on from there.`;
}

interface Activity {
  readonly isHeld: boolean;
  readonly doing: string | null;
  left(since: string, now: number): number | null;
}

function healthOf(
  workplace: Workplace,
  reader: JournalReader,
  series: RunSeries,
  { isHeld, doing, left }: Activity,
): RunHealth {
  const now = workplace.now() / 1000;
  const holder = isHeld ? (reader.holder() ?? null) : null;
  const ends = [...series.stages.values()].map((stage) => stage.column('cost/endedAt').at(-1) ?? 0);
  const last = Math.max(0, ...ends);
  return {
    holder,
    started: textAt(reader, 'started'),
    finished: textAt(reader, 'finished'),
    lastStepAt: last === 0 ? null : last,
    doing,
    stageSecondsLeft: holder === null ? null : left(holder.since, now),
    readAt: now,
  };
}

function textAt(reader: JournalReader, key: string): string | null {
  const value = reader.find('run', key)?.value;
  if (typeof value !== 'object' || value === null || !('at' in value)) return null;
  return typeof value.at === 'string' ? value.at : null;
}

function unknownHealth(workplace: Workplace): RunHealth {
  const nothing = { holder: null, started: null, finished: null, lastStepAt: null, doing: null };
  return { ...nothing, stageSecondsLeft: null, readAt: workplace.now() / 1000 };
}

function totalsOf(series: RunSeries): RunTotals {
  const stages = [...series.stages.values()];
  const sum = (name: string): number =>
    stages.reduce(
      (all, stage) => all + stage.column(name).reduce<number>((own, value) => own + (value ?? 0), 0),
      0,
    );
  const peak = Math.max(
    0,
    ...stages.map((stage) =>
      stage.column('cost/peakBytes').reduce<number>((most, value) => Math.max(most, value ?? 0), 0),
    ),
  );
  return {
    seconds: [...series.seconds.values()].reduce((all, seconds) => all + seconds, 0),
    trainedTokens: sum('processedTokens'),
    sampledTokens: sum('sampledTokens'),
    peakBytes: peak === 0 ? null : peak,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
