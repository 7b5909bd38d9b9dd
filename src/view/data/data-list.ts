/** All data sets below the folder: curations, single steps, the files of recipe runs; and the calibrations of judges. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DataList } from '../api/data.ts';
import type { Resource } from '../resource.ts';
import type { Workplace } from '../workplace.ts';
import { dataRun, recipeParts, stepPlaces } from './places.ts';
import { recordOf } from './steps.ts';

type DataSet = DataList['sets'][number];

export const dataList: Resource<'data.json'> = {
  async read(workplace): Promise<DataList> {
    const runs = workplace.runs();
    return {
      sets: runs.flatMap(({ id, kind }) =>
        kind === 'curation' || kind === 'data-step' || kind === 'recipe' ? dataSet(workplace, id) : [],
      ),
      calibrations: runs
        .filter(
          ({ kind, directory }) =>
            kind === 'calibration' && existsSync(path.join(directory, 'calibration.json')),
        )
        .map(({ id, path: own }) => ({ run: id, path: own })),
    };
  },
  instances: () => [{}],
};

/** Nothing for a recipe run without files. */
function dataSet(workplace: Workplace, run: string): DataSet[] {
  const place = dataRun(workplace, run);
  const { kind } = place;
  if (kind === 'recipe') {
    const parts = recipeParts(place);
    const detail = parts.map(({ title }) => title).join(', ');
    return parts.length === 0 ? [] : [{ run, path: place.path, kind, detail, rows: null, trouble: null }];
  }
  const steps = stepPlaces(place).map((step) => ({ step, read: recordOf(step) }));
  const records = steps.flatMap(({ read }) => ('record' in read ? [read.record] : []));
  const troubles = steps.flatMap(({ read }) => ('trouble' in read ? [read.trouble] : []));
  const [first, last] = [records[0], records.at(-1)];
  return [
    {
      ...{ run, path: place.path, kind },
      detail: records.map(({ step }) => step).join(' → '),
      rows:
        first === undefined || last === undefined
          ? null
          : {
              before:
                total(first.kept) + Object.values(first.dropped).reduce((sum, own) => sum + total(own), 0),
              after: total(last.kept),
            },
      trouble: troubles[0] ?? null,
    },
  ];
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
