/**
 * The card of a data set (`README.md`): sources with licences, whom to name and how many rows are left of each; the steps that made it with
 * what they took and their settings; caveats. In the form that the Hugging Face hub reads.
 */
import { z } from 'zod';
import { markdownTable } from '../../bench/tables/markdown-table.ts';
import type { Cell } from '../../bench/tables/table.ts';
import type { StepRecord } from '../step-files.ts';

const sourceFiguresSchema = z.record(
  z.string(),
  z.object({
    title: z.string(),
    licence: z.string(),
    attribution: z.string(),
    caveats: z.array(z.string()).default([]),
    revision: z.string().nullish(),
  }),
);

export interface DataCard {
  readonly name: string;
  /** One paragraph in the words of whoever made it. */
  readonly description?: string | undefined;
  /** In the order in which they were done; the first is an import. */
  readonly records: readonly StepRecord[];
  readonly version: string;
}

export function dataCard(card: DataCard): string {
  const { licences, problems, body } = dataCardParts(card);
  const lines = [
    '---',
    `pretty_name: ${JSON.stringify(card.name)}`,
    'license: other',
    `license_name: ${JSON.stringify(licences.join(' AND ') || 'unknown')}`,
    'language: [en]',
    'tags: [mathematics, proofs]',
    `size_categories: [${sizeCategory(problems)}]`,
    '---',
    '',
    body,
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

export interface DataCardParts {
  /** As the sources name them, each once, of sources with rows left. */
  readonly licences: readonly string[];
  readonly problems: number;
  /** What follows the head. */
  readonly body: string;
}

/** The card without its head, and what a head is made of. */
export function dataCardParts({ name, description, records, version }: DataCard): DataCardParts {
  const sources = sourcesOf(records);
  const last = records.at(-1);
  const kept = last?.kept ?? {};
  const first = records[0];
  const total = sum(kept);
  const licences = [
    ...new Set(
      Object.entries(sources)
        .filter(([key]) => (kept[key] ?? 0) > 0)
        .map(([, { licence }]) => licence),
    ),
  ];
  const lines = [
    `# ${oneLine(name)}`,
    '',
    ...(description === undefined ? [] : [description.trim(), '']),
    `${count(total)} problems, made from ${count(first === undefined ? 0 : sum(first.kept) + lostIn(first))} rows of ${Object.keys(sources).length} sources by QED ${version}.`,
    '',
    '## Sources',
    '',
    markdownTable({
      title: 'Rows by source',
      columns: [
        ...(['source', 'licence'] as const).map((heading) => ({ heading, align: 'left' as const })),
        ...(['imported', 'left'] as const).map((heading) => ({ heading, align: 'right' as const })),
        { heading: 'whom to name', align: 'left' },
        { heading: 'revision', align: 'left' },
      ],
      rows: Object.entries(sources).map(([key, { licence, attribution, revision }]): Cell[] => [
        ...[key, licence],
        { value: (first?.kept[key] ?? 0) + lostOf(first, key), digits: 0 },
        { value: kept[key] ?? 0, digits: 0 },
        ...[attribution, (revision ?? '').slice(0, 12)],
      ]),
      notes: ['A licence on a collection says nothing certain about the texts of contests in it.'],
    }),
    '## Steps',
    '',
    ...records.flatMap(stepLines),
    ...caveatLines(sources, kept),
  ];
  return { licences, problems: total, body: lines.join('\n').trimEnd() };
}

type Sources = z.infer<typeof sourceFiguresSchema>;

function sourcesOf(records: readonly StepRecord[]): Sources {
  const known = records.map(({ figures }) => sourceFiguresSchema.safeParse(figures.sources));
  const named = Object.assign(
    {},
    ...known.flatMap(({ data }) => (data === undefined ? [] : [data])),
  ) as Sources;
  const all = records.flatMap(({ kept, dropped }) => [kept, ...Object.values(dropped)].flatMap(Object.keys));
  const unnamed = [...new Set(all)].filter((key) => named[key] === undefined);
  const nothing = { title: '', licence: 'unknown', attribution: '', caveats: [] };
  return { ...named, ...Object.fromEntries(unnamed.map((key) => [key, { ...nothing, title: key }])) };
}

function stepLines({ step, kept, dropped, settings }: StepRecord): string[] {
  const lost = Object.entries(dropped).map(([reason, counts]) => [reason, sum(counts)] as const);
  const left = lost.reduce((total, [, many]) => total + many, 0);
  const reasons = lost
    .sort(([, a], [, b]) => b - a)
    .map(([reason, many]) => `${reason} ${count(many)}`)
    .join(', ');
  return [
    `### ${step}`,
    '',
    `${count(sum(kept) + left)} rows came in, ${count(sum(kept))} went on${left === 0 ? '.' : `; left: ${reasons}.`}`,
    '',
    ...(step === 'import' ? [] : ['```json', JSON.stringify(settings, null, 2), '```', '']),
  ];
}

function caveatLines(sources: Sources, kept: Readonly<Record<string, number>>): string[] {
  const caveats = Object.entries(sources).flatMap(([key, { caveats: own }]) =>
    (kept[key] ?? 0) > 0 ? own.map((caveat) => `- ${key}: ${oneLine(caveat)}`) : [],
  );
  return caveats.length === 0 ? [] : ['## Caveats', '', ...caveats];
}

/** As the hub counts. */
export function sizeCategory(total: number): string {
  const ends = [1e3, 1e4, 1e5, 1e6];
  const end = ends.findIndex((most) => total < most);
  return ['n<1K', '1K<n<10K', '10K<n<100K', '100K<n<1M'][end] ?? 'n>1M';
}

function lostOf(record: StepRecord | undefined, source: string): number {
  return Object.values(record?.dropped ?? {}).reduce((total, counts) => total + (counts[source] ?? 0), 0);
}

function lostIn({ dropped }: StepRecord): number {
  return Object.values(dropped).reduce((total, counts) => total + sum(counts), 0);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
