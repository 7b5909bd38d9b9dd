/**
 * Which file of an exported site has an answer, from its path alone: of what there are very many small ones (proofs, calls, groups,
 * rows) neighbours lie in one file. The exporter writes by it and the browser looks by it.
 */

/** Numbers of neighbours in a bundle. */
const [problemsTogether, groupsTogether, rowsTogether] = [16, 16, 100];

type Rule = readonly [path: RegExp, bundle: (...found: readonly string[]) => string];

const rules: readonly Rule[] = [
  [/^(runs\/[^/]+)\/proof\/([^/]+)\.json$/, (run = '', id = '') => `${run}/bundles/proof/${neighbours(id)}`],
  [/^(runs\/[^/]+)\/trace\/([^/]+)\.json$/, (run = '', id = '') => `${run}/bundles/trace/${neighbours(id)}`],
  [
    /^(runs\/[^/]+)\/trace\/([^/]+)\/(calls|picture|call)\/.+$/,
    (run = '', id = '', kind = '') => `${run}/bundles/trace-${kind}/${neighbours(id)}`,
  ],
  [
    /^(runs\/[^/]+)\/rollouts\/([^/]+)\/(group|tokens)\/(\d+)(?:\.json|\/.+)$/,
    (run = '', stage = '', kind = '', group = '') =>
      `${run}/bundles/${stage}-${kind}/${Math.floor(Number(group) / groupsTogether)}`,
  ],
  [
    /^(data\/[^/]+)\/parts\/([^/]+)\/rows\/(\d+)\.json$/,
    (run = '', part = '', line = '') => `${run}/bundles/${part}/${Math.floor(Number(line) / rowsTogether)}`,
  ],
];

/** Path of the bundle without its ending, below the same folder; undefined for an answer that is a file of its own. */
export function bundleOf(path: string): string | undefined {
  for (const [pattern, bundle] of rules) {
    const found = pattern.exec(path);
    if (found !== null) return bundle(...found.slice(1));
  }
  return undefined;
}

/** The safe name of a unit ends in the numbers of its problem and its attempt. */
function neighbours(id: string): string {
  const [, prefix = id, problem] = /^(.*)~2f(\d+)~2f\d+$/.exec(id) ?? [];
  return problem === undefined ? prefix : `${prefix}-${Math.floor(Number(problem) / problemsTogether)}`;
}

/** The file `BUNDLE.json`. */
export interface Bundle {
  /** By path. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Of what had no room: the number of its part, which is the file `BUNDLE.N.json` and has `answers` alone. */
  readonly parts: Readonly<Record<string, number>>;
}
