/**
 * What the browser may ask for, by path below /api/: names in a path begin with a colon and are safe names. The server's
 * table of resources and the browser's `useResource` are both checked against it.
 */

import type { CompareApi } from './compare.ts';
import type { DataApi } from './data.ts';
import type { GradesApi } from './grades.ts';
import type { ProofApi } from './proof.ts';
import type { RolloutsApi } from './rollouts.ts';
import type { RunApi } from './run.ts';
import type { RunsApi } from './runs.ts';
import type { TraceApi } from './trace.ts';
import type { TryApi } from './try.ts';

export interface Api
  extends RunsApi,
    RunApi,
    TraceApi,
    GradesApi,
    RolloutsApi,
    ProofApi,
    CompareApi,
    DataApi,
    TryApi {}

/** The names in a path pattern. */
export type NamesIn<Pattern extends string> = Pattern extends `${infer First}/${infer Rest}`
  ? NamesIn<First> | NamesIn<Rest>
  : Pattern extends `:${infer Name}.json`
    ? Name
    : Pattern extends `:${infer Name}`
      ? Name
      : never;

/** Values of the names in a path pattern. */
export type Names<Pattern extends string> = { readonly [Name in NamesIn<Pattern>]: string };
