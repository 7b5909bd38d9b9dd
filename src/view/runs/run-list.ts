/**
 * The list of runs. Every run is summarised by itself and again only when it has changed; one that cannot be read is in the
 * list with the reason.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { isRunDirectoryHeld } from '../../journal/run-lock.ts';
import { packageVersion } from '../../recipe/package-version.ts';
import type { RunList, RunState, RunSummary } from '../api/runs.ts';
import type { Resource } from '../resource.ts';
import type { RunPlace, Workplace } from '../workplace.ts';
import { type Summarised, summarisers } from './summarisers.ts';

interface Known {
  readonly stamp: string;
  readonly summarised: Summarised;
}

/** By workplace, then by run. */
const known = new WeakMap<Workplace, Map<string, Known>>();

export const runList: Resource<'runs.json'> = {
  async read(workplace): Promise<RunList> {
    const runs: RunSummary[] = [];
    for (const place of workplace.runs()) {
      // A directory that went away meanwhile is no run.
      if (statSync(place.directory, { throwIfNoEntry: false }) === undefined) continue;
      runs.push(await summaryOf(workplace, place));
    }
    runs.sort((a, b) => b.changed - a.changed);
    return { folder: workplace.folder, version: packageVersion(), isStatic: workplace.isStatic, runs };
  },
  instances: () => [{}],
};

async function summaryOf(workplace: Workplace, place: RunPlace): Promise<RunSummary> {
  const summarised = await summarise(workplace, place);
  const isRunning = !summarised.isDamaged && isRunDirectoryHeld(place.directory);
  return {
    id: place.id,
    path: place.path,
    kind: place.kind,
    title: summarised.title,
    detail: summarised.detail,
    state: stateOf(summarised, isRunning),
    progress: summarised.progress,
    score: summarised.score,
    dollars: summarised.dollars,
    tokens: summarised.tokens,
    secondsLeft: isRunning ? summarised.secondsLeft : null,
    changed: changedAt(place.directory),
    troubles: summarised.troubles,
  };
}

function stateOf({ isDamaged, isFinished }: Summarised, isRunning: boolean): RunState {
  if (isDamaged) return 'damaged';
  if (isRunning) return 'running';
  return isFinished ? 'finished' : 'stopped';
}

async function summarise(workplace: Workplace, place: RunPlace): Promise<Summarised> {
  const ofWorkplace = known.get(workplace) ?? new Map<string, Known>();
  known.set(workplace, ofWorkplace);
  const stamp = workplace.stamp(place.id);
  const earlier = ofWorkplace.get(place.id);
  if (stamp !== undefined && earlier?.stamp === stamp) return earlier.summarised;
  let summarised: Summarised;
  try {
    summarised = await summarisers[place.kind](workplace, place);
  } catch (error) {
    summarised = damaged(place, error instanceof Error ? error.message : String(error));
  }
  if (stamp === undefined) ofWorkplace.delete(place.id);
  else ofWorkplace.set(place.id, { stamp, summarised });
  return summarised;
}

function damaged(place: RunPlace, reason: string): Summarised {
  return {
    title: place.path,
    detail: '',
    isDamaged: true,
    isFinished: false,
    progress: null,
    score: null,
    dollars: null,
    tokens: null,
    secondsLeft: null,
    troubles: [reason],
  };
}

function changedAt(directory: string): number {
  const files = [
    'journal.db',
    'journal.db-wal',
    'report.json',
    'step.json',
    'calibration.json',
    'finished.json',
  ];
  const times = files.map((file) => {
    const stat = statSync(path.join(directory, file), { throwIfNoEntry: false });
    // Looking at a journal makes an empty log beside it.
    return stat === undefined || stat.size === 0 ? 0 : stat.mtimeMs;
  });
  const own = statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.round(Math.max(...times) || own);
}
