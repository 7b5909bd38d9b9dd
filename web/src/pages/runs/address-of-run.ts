/** The page on which a run of each kind is looked at first. */
import type { RunKind, RunSummary } from '../../../../src/view/api/runs.ts';
import { linkTo } from '../../route.ts';
import { pages } from '../pages.ts';

/** Patterns in order of preference; the first that is a page of the app is taken. */
const firstPages: Readonly<Record<RunKind, readonly string[]>> = {
  recipe: ['runs/:run'],
  study: ['runs/:run'],
  prove: ['runs/:run/proofs', 'runs/:run/traces'],
  bench: ['runs/:run/proofs', 'runs/:run'],
  curation: ['data/:run'],
  'data-step': ['data/:run'],
  calibration: ['calibrations/:run'],
};

/** Undefined where there is no page for it. */
export function addressOfRun({ id, kind }: Pick<RunSummary, 'id' | 'kind'>): string | undefined {
  const pattern = firstPages[kind].find((wanted) => pages.some((page) => page.pattern === wanted));
  return pattern === undefined
    ? undefined
    : linkTo(...pattern.split('/').map((part) => (part === ':run' ? id : part)));
}
