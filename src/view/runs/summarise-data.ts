/** A curation, and one step of one: what it does, and how many rows went on. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readStepRecord, stepFile } from '../../curate/step-files.ts';
import { readJsonObject } from '../read-json-object.ts';
import { type Summarise, unknown } from './summarisers.ts';

export const summariseCuration: Summarise = async (_workplace, { directory, path: below }) => {
  const { done } = readJsonObject(path.join(directory, 'curation.json'));
  const finished = typeof done === 'object' && done !== null ? Object.keys(done) : [];
  const begun = readdirSync(directory).filter((name) => /^\d+-/.test(name));
  const isFinished =
    existsSync(path.join(directory, 'README.md')) || existsSync(path.join(directory, 'data-card.md'));
  return {
    ...unknown,
    title: path.basename(below === '.' ? directory : below),
    detail: `${finished.length} steps done${finished.length === 0 ? '' : `, last ${finished.at(-1)}`}`,
    isFinished: isFinished && begun.length <= finished.length,
  };
};

export const summariseDataStep: Summarise = async (_workplace, { directory, path: below }) => {
  const record = readStepRecord(directory);
  if (record === undefined) throw new Error(`${directory}: there is no ${stepFile}`);
  const kept = Object.values(record.kept).reduce((sum, rows) => sum + rows, 0);
  const dropped = Object.values(record.dropped)
    .flatMap((bySource) => Object.values(bySource))
    .reduce((sum, rows) => sum + rows, 0);
  return {
    ...unknown,
    title: below === '.' ? path.basename(directory) : below,
    detail: `${record.step}: ${kept.toLocaleString('en-US')} rows went on, ${dropped.toLocaleString('en-US')} left`,
    isFinished: true,
    progress: 1,
  };
};
