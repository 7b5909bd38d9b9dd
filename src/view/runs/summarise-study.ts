/** A study or sweep: how many of its arms are finished and how many of its claims are shown. */
import path from 'node:path';
import { readJsonObject } from '../read-json-object.ts';
import { type Summarise, unknown } from './summarisers.ts';

export const summariseStudy: Summarise = async (_workplace, { directory, path: below }) => {
  const report = readJsonObject(path.join(directory, 'report.json'));
  const [finished, unfinished, claims] = [report.finished, report.unfinished, report.claims].map((list) =>
    Array.isArray(list) ? list : [],
  );
  const shown = (claims ?? []).filter(
    (claim) => (claim as { readonly shown?: boolean }).shown === true,
  ).length;
  const [done, left] = [finished?.length ?? 0, unfinished?.length ?? 0];
  return {
    ...unknown,
    title: typeof report.study === 'string' ? report.study : path.basename(below === '.' ? directory : below),
    detail: `${done} of ${done + left} runs finished, ${shown} of ${claims?.length ?? 0} claims shown`,
    isFinished: left === 0,
    progress: done + left === 0 ? null : done / (done + left),
  };
};
