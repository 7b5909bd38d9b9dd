/** The page on which a run of each kind is looked at first. */
import type { RunKind, RunSummary } from '../../../../src/view/api/runs.ts';
import { linkTo } from '../../route.ts';

const addresses: Readonly<Record<RunKind, (id: string) => string>> = {
  recipe: (id) => linkTo('runs', id),
  study: (id) => linkTo('runs', id),
  prove: (id) => linkTo('runs', id, 'proofs'),
  bench: (id) => linkTo('runs', id, 'proofs'),
  curation: (id) => linkTo('data', id),
  'data-step': (id) => linkTo('data', id),
  calibration: (id) => linkTo('calibrations', id),
};

export function addressOfRun({ id, kind }: Pick<RunSummary, 'id' | 'kind'>): string {
  return addresses[kind](id);
}
