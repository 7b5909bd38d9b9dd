/**
 * The steps of curation that made a set, from its first import to the directory that is asked about: each step's record names
 * its input by digest, and the step whose rows have that digest is looked for where it was and among its neighbours.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { readStepRecord, type StepRecord } from '../curate/step-files.ts';

export interface ChainStep {
  readonly directory: string;
  readonly record: StepRecord;
}

/** The import comes first. Throws an Error where a step is missing, for what is not known cannot be told. */
export function stepChain(last: string): ChainStep[] {
  const chain: ChainStep[] = [];
  let directory = path.resolve(last);
  for (;;) {
    const record = readStepRecord(directory);
    if (record === undefined)
      throw new Error(`${directory}: no finished step of qed data is there (it has no step.json)`);
    chain.unshift({ directory, record });
    if (record.step === 'import') return chain;
    const [input] = record.inputs;
    const before = input === undefined ? undefined : stepWithRows(directory, input);
    if (input === undefined || before === undefined)
      throw new Error(
        `${directory}: the step before it is not found: none of the directories beside it has rows with the SHA-256 ` +
          `${input?.sha256.slice(0, 12)}… (it was ${input?.path}). Where a set comes from must be on record; put the steps beside each other`,
      );
    directory = before;
  }
}

function stepWithRows(
  directory: string,
  input: { readonly path: string; readonly sha256: string },
): string | undefined {
  const parent = path.dirname(directory);
  const beside = readdirSync(parent)
    .map((name) => path.join(parent, name))
    .filter((place) => place !== directory && statSync(place).isDirectory());
  const places = [path.dirname(path.resolve(input.path)), ...beside];
  return places.find((place) => isStepWithRows(place, input.sha256));
}

function isStepWithRows(place: string, sha256: string): boolean {
  try {
    return readStepRecord(place)?.rows.sha256 === sha256;
  } catch {
    // A file of that name that is something else.
    return false;
  }
}
