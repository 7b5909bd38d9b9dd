/**
 * A resource: what is read of a workplace for one path of the API. `read` only reads, and throws a NotFoundError for
 * names that stand for nothing. `instances` gives every set of names, for the static site.
 */
import type { Api, Names } from './api/api.ts';
import type { Workplace } from './workplace.ts';

export interface Resource<Pattern extends keyof Api> {
  read(workplace: Workplace, names: Names<Pattern>): Promise<Api[Pattern]>;
  instances(workplace: Workplace): AsyncIterable<Names<Pattern>> | Iterable<Names<Pattern>>;
  /**
   * Changes whenever the answer may. Without it an answer whose path has `:run` is taken as new when the run's revision
   * is, and any other as new each time.
   */
  revision?(workplace: Workplace, names: Names<Pattern>): Promise<string>;
}

/** Of every path. */
export type ResourceTable = { readonly [Pattern in keyof Api]: Resource<Pattern> };
