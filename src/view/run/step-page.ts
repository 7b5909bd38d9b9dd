/** A page of the steps of a stage, as columns. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { StepPage } from '../api/run.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { stepsPerPage } from './run-stages.ts';
import { seriesOf } from './series-of-run.ts';

export const stepPage: Resource<'runs/:run/steps/:stage/:page.json'> = {
  async read(workplace, { run, stage, page: name }): Promise<StepPage> {
    const { stages } = await seriesOf(workplace, run);
    const series = [...stages.values()].find((one) => one.stage === stage);
    if (series === undefined) {
      const known = [...stages.keys()].join(', ');
      throw new NotFoundError(
        known === '' ? 'this run has no stages' : `this run has no stage ${stage}; its stages are ${known}`,
      );
    }
    const page = /^\d{1,6}$/.test(name) ? Number(name) : Number.NaN;
    const pages = Math.max(1, Math.ceil(series.length / stepsPerPage));
    if (!(page < pages)) {
      throw new NotFoundError(
        `stage ${stage} has pages 0 to ${pages - 1} of ${stepsPerPage} steps, not ${name}`,
      );
    }
    return {
      ...{ stage, page, steps: series.length },
      columns: series.columns(page * stepsPerPage, stepsPerPage),
    };
  },
  /** A full page that another one follows does not change any more. */
  async revision(workplace, { run, stage, page }) {
    const { stages } = await seriesOf(workplace, run);
    const length = [...stages.values()].find((one) => one.stage === stage)?.length ?? 0;
    if ((Number(page) + 1) * stepsPerPage >= length) return await workplace.revision(run);
    return `full since ${statSync(path.join(workplace.directoryOf(run), 'journal.db')).ino}`;
  },
  async *instances(workplace) {
    for (const { id, kind } of workplace.runs()) {
      if (kind !== 'recipe') continue;
      const series = await seriesOf(workplace, id).catch(() => undefined);
      for (const { stage, length } of series?.stages.values() ?? []) {
        for (let page = 0; page * stepsPerPage < length; page += 1)
          yield { run: id, stage, page: String(page) };
      }
    }
  },
};
