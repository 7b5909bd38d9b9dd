/**
 * The data card of a set, as Markdown with the front matter that the hub reads: what is in it and under which licences, where
 * it comes from, what each step took out and why, and with which settings. Made from the records of the steps and their
 * last rows; the same steps give the same card.
 */
import { stringify } from 'yaml';
import { loadCard } from '../source/load-card.ts';
import { readDataRows, readStepRecord, type StepRecord, sourceOf } from '../step-files.ts';

export interface CardOf {
  readonly name: string;
  readonly description: string;
  /** Directories of the finished steps, in their order. */
  readonly steps: readonly string[];
}

interface SourceCount {
  rows: number;
  readonly licences: Set<string>;
}

/** Throws an Error for a step that is not finished. */
export async function dataCard({ name, description, steps }: CardOf): Promise<string> {
  const records = steps.map((directory) => {
    const record = readStepRecord(directory);
    if (record === undefined) throw new Error(`${directory}: not finished`);
    return record;
  });
  const last = steps.at(-1);
  if (last === undefined) throw new Error('a data card without steps');
  const { sources, rows, withScheme, withDifficulty, withSolution } = await countRows(last);
  const licences = [...new Set([...sources.values()].flatMap((one) => [...one.licences]))].sort();
  const front = stringify({
    pretty_name: name,
    // Which licence a set of several has is not for a program to say.
    license: 'other',
    license_name: licences.join(', '),
    language: ['en'],
    tags: ['mathematics', 'proofs'],
    size_categories: [sizeCategory(rows)],
  });
  const bySource = [...sources].map(
    ([source, count]) =>
      `| ${cell(source)} | ${count.rows} | ${cell([...count.licences].sort().join('; '))} | ${cell(attributionOf(source))} |`,
  );
  return `---\n${front}---\n
# ${name}

${description === '' ? '' : `${description}\n\n`}${rows} problems: ${withSolution} with a solution, ${withScheme} with a grading scheme, ${withDifficulty} with measured difficulty.

| source | problems | licence | by |
|---|---:|---|---|
${bySource.join('\n')}

A licence on a compilation says nothing certain about the contest texts in it. Keep the attributions, and look again before
publishing the set or a model trained on it.

## How it was made

${records.map(stepText).join('\n\n')}

Made with QED. Every row that left is in the \`dropped.jsonl\` of its step, with the reason and what gave it.
`;
}

function stepText(record: StepRecord, index: number): string {
  const on = sum(record.kept);
  const reasons = Object.entries(record.dropped)
    .map(([reason, bySource]) => ({ reason, count: sum(bySource) }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  const left = reasons.reduce((all, { count }) => all + count, 0);
  const lines = reasons.map(({ reason, count }) => `| ${cell(reason)} | ${count} |`);
  const table = lines.length === 0 ? '' : `\n\n| left for | rows |\n|---|---:|\n${lines.join('\n')}`;
  return `### ${index + 1}. ${record.step}: ${on + left} → ${on}${table}\n\nSettings: \`${JSON.stringify(withoutFiles(record.settings))}\``;
}

/** Of an import each source once, with what pins it; the rest as it is. */
function withoutFiles(settings: StepRecord['settings']): StepRecord['settings'] {
  const { sources } = settings;
  if (!Array.isArray(sources)) return settings;
  const pinned = sources.map((one) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    const { card = null, part = null, revision = null } = one;
    return { card, part, revision };
  });
  return { ...settings, sources: pinned };
}

async function countRows(directory: string) {
  const sources = new Map<string, SourceCount>();
  let [rows, withScheme, withDifficulty, withSolution] = [0, 0, 0, 0];
  for await (const { item } of readDataRows(directory)) {
    const source = sourceOf(item);
    const count = sources.get(source) ?? { rows: 0, licences: new Set<string>() };
    sources.set(source, count);
    count.rows += 1;
    count.licences.add(item.licence ?? 'unknown');
    rows += 1;
    withScheme += item.scheme === undefined ? 0 : 1;
    withDifficulty += item.difficulty === undefined ? 0 : 1;
    withSolution += item.solutions.length === 0 ? 0 : 1;
  }
  return { sources, rows, withScheme, withDifficulty, withSolution };
}

/** What the packaged card of a source says; nothing for cards of one's own. */
function attributionOf(source: string): string {
  try {
    return loadCard(source).attribution;
  } catch {
    return '';
  }
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** The hub's names for sizes. */
function sizeCategory(rows: number): string {
  const bounds = [1e3, 1e4, 1e5, 1e6];
  const names = ['n<1K', '1K<n<10K', '10K<n<100K', '100K<n<1M', 'n>1M'];
  return names[bounds.filter((bound) => rows >= bound).length] ?? 'n>1M';
}
