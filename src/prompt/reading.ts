/**
 * What a parser makes of a reply: a value, or a complaint that can be quoted to the model. NULL-NOT-ZERO: what cannot
 * be read has no value, never a 0.
 */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  /** `complaint` says to the model what was wrong with its answer. */
  | { readonly ok: false; readonly complaint: string };
