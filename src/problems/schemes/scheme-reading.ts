/** What a reader of a published scheme makes of it. */
import type { GradingScheme } from '../problem.ts';

export type SchemeReading =
  | { readonly ok: true; readonly scheme: GradingScheme }
  /** Why it is no scheme in parts. Its words still serve a judge, as guidelines. */
  | { readonly ok: false; readonly why: string };
