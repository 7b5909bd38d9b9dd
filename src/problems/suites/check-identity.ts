/** Whether the files are those that were asked for: by the checksum that the user gave, or by those that are known. */
import { sha256Schema } from '../file-digest.ts';
import { type KnownFile, knownFileOf } from './known-files.ts';
import type { SuiteFile } from './suite.ts';
import { SuiteError } from './suite-error.ts';
import type { SuiteSpec } from './suite-spec.ts';

/** The known file that this is, if it is one. Throws a SuiteError where it is another than was asked for. */
export function checkIdentity(
  spec: SuiteSpec,
  files: readonly SuiteFile[],
  sha256: string | undefined,
): KnownFile | undefined {
  const [file, second] = files;
  const known = second === undefined ? knownFileOf(file?.sha256 ?? '') : undefined;
  if (sha256 !== undefined) {
    if (second !== undefined) throw new SuiteError('a checksum is of one file, but this suite has several');
    if (file?.sha256 !== sha256) {
      throw new SuiteError(`${file?.path}: its SHA-256 is ${file?.sha256}, not ${sha256}, as was asked for`);
    }
  }
  if (spec.kind !== 'built-in') return known;
  if (known !== undefined && known.suite !== spec.suite.name) {
    throw new SuiteError(
      `${file?.path}: it is ${known.file}, which is ${known.suite}, not ${spec.suite.name}`,
    );
  }
  if (spec.version !== undefined && known?.version !== spec.version) {
    const found = known === undefined ? 'not a file that is known' : known.version;
    throw new SuiteError(`${file?.path}: it is ${found}, not ${spec.suite.name}@${spec.version}`);
  }
  return known;
}

/** A checksum as a person wrote it. Throws a SuiteError. */
export function checkedSha256(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const parsed = sha256Schema.safeParse(written.trim().toLowerCase());
  if (parsed.success) return parsed.data;
  throw new SuiteError(`${written}: a SHA-256 of 64 hexadecimal digits is expected`);
}
