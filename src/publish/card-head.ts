/**
 * The YAML head of a card (`README.md`) as the hub reads it: written here, read back, and checked against the hub's rules
 * without asking it, because a card that it refuses makes a whole push fail at its last step.
 */
import { parseDocument, stringify } from 'yaml';
import { isRecord } from '../engine/json-file.ts';
import { hubLicences } from './hub-licences.ts';

export type CardKind = 'model' | 'dataset';

/** A card: its head between lines of hyphens, then its text. Fields that are undefined are left out. */
export function cardText(head: Readonly<Record<string, unknown>>, body: string): string {
  const present = Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined));
  return `---\n${stringify(present, { lineWidth: 0 })}---\n\n${body.trim()}\n`;
}

/** The head's fields. Throws an Error that names `file`. */
export function readCardHead(text: string, file: string): Record<string, unknown> {
  const head = /^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(text)?.[1];
  if (head === undefined)
    throw new Error(`${file}: it does not begin with a YAML head between lines of "---"`);
  const document = parseDocument(head);
  const [fault] = document.errors;
  if (fault !== undefined) throw new Error(`${file}: the head is not YAML: ${fault.message}`);
  const fields: unknown = document.toJS({ maxAliasCount: 0 });
  if (!isRecord(fields)) throw new Error(`${file}: the head holds no fields`);
  return fields;
}

const word = /^[a-z0-9][a-z0-9._+-]*$/i;
const repository = /^[\w.-]+(\/[\w.-]+)?$/;
const sizeCategory =
  /^(n<1K|1K<n<10K|10K<n<100K|100K<n<1M|1M<n<10M|10M<n<100M|100M<n<1B|n>1T|[\d]+[BKM]?<n<[\d]+[BKMT]?)$/;

type Rule = readonly [expected: string, holds: (value: unknown) => boolean];

const text = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const oneOrMore = (holds: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) ? value.length > 0 && value.every(holds) : holds(value);
const list = (holds: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every(holds);

const licence: Rule = [
  'a licence that the hub knows (or `other`, with license_name)',
  oneOrMore((value) => typeof value === 'string' && hubLicences.has(value)),
];
const shared: Readonly<Record<string, Rule>> = {
  license: licence,
  license_name: ['small letters, digits, points and hyphens', text(/^[a-z0-9.-]+$/)],
  license_link: ['a text', text(/\S/)],
  language: ['codes of two or three letters', oneOrMore(text(/^[a-z]{2,3}(-[A-Za-z]+)?$/))],
  tags: ['a list of words', list(text(/^[^\s,][^,]*$/))],
};
const rules: Readonly<Record<CardKind, Readonly<Record<string, Rule>>>> = {
  model: {
    ...shared,
    base_model: ['OWNER/NAME of a model', oneOrMore(text(repository))],
    base_model_relation: [
      'finetune, adapter, merge or quantized',
      text(/^(finetune|adapter|merge|quantized)$/),
    ],
    datasets: ['a list of OWNER/NAME', list(text(repository))],
    library_name: ['the name of a library', text(word)],
    pipeline_tag: ['the name of a task', text(/^[a-z0-9-]+$/)],
  },
  dataset: {
    ...shared,
    pretty_name: ['a text', text(/\S/)],
    size_categories: ['such as 1K<n<10K', list(text(sizeCategory))],
    task_categories: ['a list of tasks', list(text(/^[a-z0-9-]+$/))],
    dataset_info: ['features and splits', (value) => isRecord(value) || Array.isArray(value)],
    configs: ['a list with config_name and data_files', list(isConfiguration)],
  },
};
const needed: Readonly<Record<CardKind, readonly string[]>> = {
  model: ['license', 'library_name', 'pipeline_tag'],
  dataset: ['license', 'pretty_name', 'configs', 'dataset_info'],
};

function isConfiguration(value: unknown): boolean {
  return isRecord(value) && typeof value.config_name === 'string' && Array.isArray(value.data_files);
}

/** What the hub would refuse or not understand in a head, one sentence each; none where all is well. */
export function cardFaults(kind: CardKind, head: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  for (const field of needed[kind]) if (head[field] === undefined) faults.push(`field ${field} is missing`);
  for (const [field, value] of Object.entries(head)) {
    const rule = rules[kind][field];
    if (rule === undefined) faults.push(`field ${field} means nothing in a ${kind} card`);
    else if (!rule[1](value)) faults.push(`field ${field} is ${JSON.stringify(value)}; expected ${rule[0]}`);
  }
  if (head.license === 'other' && head.license_name === undefined)
    faults.push('license is other, and license_name is missing');
  return faults;
}
