/**
 * A comparison as bytes: it comes from its thread without being copied and lies outside the heap, and only the part that is
 * asked for is read. So nothing that a browser asks keeps the server busy for long, however many attempts there are.
 */
import type { ComparedProblems, ComparedSystems, ComparisonFiles } from '../api/compare.ts';
import type { ComputedComparison } from './compute-comparison.ts';

export interface EncodedComparison {
  readonly comparison: Uint8Array<ArrayBuffer>;
  /** By suite, then page. */
  readonly problems: readonly (readonly Uint8Array<ArrayBuffer>[])[];
  readonly files: Uint8Array<ArrayBuffer>;
}

export function encodeComparison({ comparison, problems, files }: ComputedComparison): EncodedComparison {
  return {
    comparison: encoded(comparison),
    problems: problems.map((pages) => pages.map(encoded)),
    files: encoded(files),
  };
}

/** What may be given to another thread for good. */
export function buffersOf({ comparison, problems, files }: EncodedComparison): ArrayBuffer[] {
  return [comparison, files, ...problems.flat()].map(({ buffer }) => buffer);
}

export function decodedComparison({ comparison }: EncodedComparison): ComparedSystems {
  return decoded(comparison) as ComparedSystems;
}

export function decodedFiles({ files }: EncodedComparison): ComparisonFiles {
  return decoded(files) as ComparisonFiles;
}

/** Undefined where there is no such page. */
export function decodedPage(
  { problems }: EncodedComparison,
  suite: number,
  page: number,
): ComparedProblems | undefined {
  const bytes = problems[suite]?.[page];
  return bytes === undefined ? undefined : (decoded(bytes) as ComparedProblems);
}

function encoded(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decoded(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
}
