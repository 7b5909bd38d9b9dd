/** The suites that have names, for help pages and listings. */
import { builtInSuites } from './built-in-suites.ts';
import type { SuiteKind, SuiteScale } from './suite.ts';

export interface ListedSuite {
  readonly name: string;
  readonly title: string;
  readonly kind: SuiteKind;
  readonly scale: SuiteScale;
  readonly count: number;
  /** Names of its parts, as `imo-proofbench:basic`. */
  readonly parts: readonly string[];
  /** Versions that can be asked for, as `imo-proofbench@v1`, the current one first. */
  readonly versions: readonly string[];
  readonly licence: string;
  readonly attribution: string;
}

export function listSuites(): readonly ListedSuite[] {
  return builtInSuites.map(({ name, title, kind, scale, count, subsets, files, licence, attribution }) => ({
    ...{ name, title, kind, scale, count, licence, attribution },
    parts: Object.keys(subsets).map((subset) => `${name}:${subset}`),
    versions: files.map(({ version }) => `${name}@${version}`),
  }));
}
