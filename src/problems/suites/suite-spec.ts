/**
 * What a person writes to name a suite: `imo-proofbench`, `imo-proofbench@v1:basic`, a file, an address, or
 * `hub:OWNER/NAME@REVISION:SPLIT`.
 */
import { existsSync } from 'node:fs';
import { type BuiltInSuite, builtInSuites } from './built-in-suites.ts';
import { SuiteError } from './suite-error.ts';

export type SuiteSpec =
  | {
      readonly kind: 'built-in';
      readonly suite: BuiltInSuite;
      readonly version: string | undefined;
      /** As written after the colon; a key of `suite.subsets`. */
      readonly subset: string | undefined;
    }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: URL }
  | {
      readonly kind: 'hub';
      readonly dataSet: string;
      readonly revision: string | undefined;
      readonly split: string | undefined;
    };

export const suiteForms =
  'a suite is one of ' +
  `${builtInSuites.map(({ name }) => name).join(', ')}, a file (.csv, .jsonl, .json, .yaml, .parquet) or a contest’s directory, an https:// ` +
  'address, or hub:OWNER/NAME[@REVISION][:SPLIT]';

/** Throws a SuiteError. */
export function parseSuiteSpec(text: string): SuiteSpec {
  if (text.startsWith('hub:')) return hubSpec(text);
  if (/^https?:\/\//i.test(text)) return { kind: 'url', url: checkedUrl(text) };
  const [, name, version, subset] = /^([a-z][a-z0-9-]*)(?:@([\w.-]+))?(?::([\w-]+))?$/.exec(text) ?? [];
  const suite = builtInSuites.find((known) => known.name === name);
  if (suite !== undefined) return { kind: 'built-in', suite, ...checked(suite, version, subset) };
  if (existsSync(text)) return { kind: 'file', path: text };
  throw new SuiteError(`${text}: no such suite and no such file; ${suiteForms}`);
}

function checked(suite: BuiltInSuite, version: string | undefined, subset: string | undefined) {
  const { name, subsets, files } = suite;
  if (subset !== undefined && !(subset in subsets)) {
    const names = Object.keys(subsets);
    const known = names.length === 0 ? 'it has none' : `it has ${names.join(' and ')}`;
    throw new SuiteError(`${name}: no part of it is called ${subset}; ${known}`);
  }
  const versions = files.map((file) => file.version);
  if (version !== undefined && !versions.includes(version)) {
    const known =
      versions.length === 0 ? 'no version of it is known by name' : `known are ${versions.join(', ')}`;
    throw new SuiteError(`${name}: there is no version ${version}; ${known}`);
  }
  return { version, subset };
}

function checkedUrl(text: string): URL {
  if (!URL.canParse(text)) throw new SuiteError(`${text}: it is not an address; ${suiteForms}`);
  return new URL(text);
}

function hubSpec(text: string): SuiteSpec {
  const [, dataSet, revision, split] =
    /^hub:([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*?)(?:@([^:]+))?(?::([\w./-]+))?$/.exec(text) ?? [];
  if (dataSet === undefined) {
    throw new SuiteError(`${text}: a data set of the hub is written hub:OWNER/NAME[@REVISION][:SPLIT]`);
  }
  return { kind: 'hub', dataSet, revision, split };
}
