/**
 * What must never go out as data to train on: anything of IMO-Bench. Refused are its files, known by their digests; rows that
 * carry its ids or name it as their source; and every set that was not compared with all of its problems
 * (`qed data decontaminate`), because a copy without a name is found no other way.
 */
import { isRecord } from '../engine/json-file.ts';
import { builtInSuites } from '../problems/suites/built-in-suites.ts';
import { families } from '../problems/suites/families.ts';
import { knownFileOf } from '../problems/suites/known-files.ts';
import type { ChainStep } from './step-chain.ts';

const suites = builtInSuites.filter(({ name }) => name === 'imo-proofbench' || name === 'imo-answerbench');
const ids = families.filter(({ suite }) => suites.some(({ name }) => name === suite)).map(({ id }) => id);
const names = /imo[-_ ]?(bench|proof-?bench|answer-?bench|grading-?bench)|google-deepmind\/superhuman/i;

/** Why a set may not be pushed, by the record of how it was made; undefined where nothing speaks against it. */
export function chainFault(chain: readonly ChainStep[]): string | undefined {
  for (const { directory, record } of chain)
    for (const input of record.inputs) {
      const known = knownFileOf(input.sha256);
      if (known !== undefined)
        return `${directory} was made from ${known.file} of ${known.suite}, which is for evaluation only`;
    }
  const compared = chain.flatMap(({ record }) =>
    record.step === 'decontaminate' && Array.isArray(record.settings.against) ? record.settings.against : [],
  );
  const missing = suites.filter(
    ({ name, count }) =>
      !compared.some((one) => isRecord(one) && one.name === name && Number(one.problems) >= count),
  );
  if (missing.length === 0) return undefined;
  const last = chain.at(-1)?.directory ?? '';
  const against = suites.map(({ name }) => `--against ${name}`).join(' ');
  return `it was not compared with all of ${missing.map(({ name }) => name).join(' and ')}, whose problems may be in it; begin with "qed data decontaminate ${last} ${against}"`;
}

/** Why a row may not be pushed: it says itself that it is of IMO-Bench. */
export function rowFault(row: Readonly<Record<string, unknown>>): string | undefined {
  const { id, source, origin, tags } = row;
  const problem = isRecord(tags) ? tags.problem : undefined;
  for (const one of [id, problem])
    if (typeof one === 'string' && ids.some((pattern) => pattern.test(one)))
      return `its id ${one} is one of IMO-Bench, which is for evaluation only`;
  const from = isRecord(origin) ? [origin.source, origin.file] : [];
  for (const one of [source, ...from])
    if (typeof one === 'string' && names.test(one))
      return `its source is ${JSON.stringify(one)}, which is for evaluation only`;
  return undefined;
}
