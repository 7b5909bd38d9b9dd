/**
 * What `qed bench` is asked with: a suite, models by role, a scaffold, a judge and budgets, read and checked before
 * anything is loaded or spent. Every fault is one line for people.
 */
import type { ResolvedModel } from '../model/open-model.ts';
import { faultLines } from '../problems/suites/fault-lines.ts';
import type { Suite } from '../problems/suites/suite.ts';
import type { RunIdentity } from '../prove/run-identity.ts';
import type { Budgets } from '../prove/within-budgets.ts';
import { type BenchOptions, share } from './bench.ts';
import { type ResolvedJudge, resolveJudge } from './judge-setup.ts';
import { prepareWith, told, wholeNumber } from './prove-setup.ts';

/** What a benchmark run is a run of. Judges, runs and budgets may change from sitting to sitting. */
export interface BenchIdentity extends RunIdentity {
  readonly suite: {
    readonly name: string;
    readonly version: string;
    readonly kind: Suite['kind'];
    readonly scale: Suite['scale'];
  };
}

export interface BenchSetup {
  readonly suite: Suite;
  readonly identity: BenchIdentity;
  readonly main: ResolvedModel;
  readonly byRole: ReadonlyMap<string, ResolvedModel>;
  readonly judge: ResolvedJudge | undefined;
  readonly runs: number;
  readonly parallel: number;
  readonly maxUngraded: number;
  readonly budgets: Budgets;
  readonly isPriced: boolean;
  /** What a person should know before it begins. */
  readonly remarks: readonly string[];
}

/** How a suite's file is found and which part of it is meant. */
export type SuiteOptions = Pick<BenchOptions, 'where' | 'suiteFile' | 'sha256' | 'corrupt'>;

/** Throws a UserError. */
export async function prepareSuite(spec: string, options: SuiteOptions): Promise<Suite> {
  const { openSuite } = await import('../problems/suites/open-suite.ts');
  const { where, suiteFile, sha256, corrupt } = options;
  return await told(
    () =>
      openSuite(spec, {
        corrupt,
        ...(suiteFile === undefined ? {} : { path: suiteFile }),
        ...(where === undefined ? {} : { filter: where }),
        ...(sha256 === undefined ? {} : { sha256 }),
      }),
    ['SuiteError', 'DataFileError', 'TableError'],
  );
}

/** Throws a UserError. */
export async function prepareBench(spec: string, options: BenchOptions): Promise<BenchSetup> {
  const runs = wholeNumber('--runs', options.runs, 1);
  const parallel = wholeNumber('--parallel', options.parallel, 1);
  const maxUngraded = share('--max-ungraded', options.maxUngraded);
  const suite = await prepareSuite(spec, options);
  const asks = suite.kind;
  const setup = await prepareWith(async () => ({ name: suite.name, problems: suite.problems }), {
    ...options,
    asks,
  });
  const judge = await resolveJudge(options.judge, suite);
  const { main, byRole, budgets } = setup;
  const { assertPriced } = await import('../prove/price-check.ts');
  await told(() => assertPriced(judge?.models ?? [], budgets), ['UnpricedModelError']);
  const { name, version, kind, scale } = suite;
  return {
    ...{ suite, main, byRole, judge, runs, parallel, maxUngraded, budgets },
    identity: { ...setup.identity, suite: { name, version, kind, scale } },
    isPriced: [main, ...byRole.values(), ...(judge?.models ?? [])].every(({ price }) => price !== undefined),
    remarks: [...suiteRemarks(suite), ...setup.remarks, ...(judge?.remarks ?? [])],
  };
}

/** What is wrong with a suite, and what was done about it. */
export function suiteRemarks({ name, version, problems, total, warnings, faults }: Suite): string[] {
  const part = problems.length === total ? `${total} problems` : `${problems.length} of ${total} problems`;
  return [`${name} ${version}: ${part}`, ...warnings, ...faultLines(faults)];
}
