/**
 * What a run of `qed prove` has come to, in a form that two runs are compared by: the ends of all attempts as the command
 * prints them, every recorded reply, and the files. Times and what was paid twice are no part of it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import { digestOf } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { few } from './setting.ts';

export interface ProveJson {
  readonly spent: { readonly tokens: number; readonly dollars: number | null; readonly seconds: number };
  readonly unsettledCalls: number;
  readonly problems: readonly {
    readonly id: string;
    readonly spent: { readonly tokens: number } | null;
    readonly attempts: readonly {
      readonly status: string;
      readonly proof: string | null;
      readonly error: string | null;
      readonly errorKind: string | null;
    }[];
  }[];
}

export interface ProveRecord {
  /** Ends of attempts, as bytes. */
  readonly ends: string;
  /** By `unit label`: everything of a reply that does not depend on when it was made. */
  readonly replies: ReadonlyMap<string, string>;
  /** By `unit label`: digest of the answer. */
  readonly answers: ReadonlyMap<string, string>;
  /** Rows of the journal in all. */
  readonly rows: number;
}

/** Throws where the output is no JSON. */
export function readJson(output: string): ProveJson {
  return JSON.parse(output) as ProveJson;
}

export function endsOf({ problems }: ProveJson): string {
  return JSON.stringify(problems.map(({ id, attempts }) => ({ id, attempts })));
}

export async function readRecord(runDirectory: string, output: string): Promise<ProveRecord> {
  const reader = new JournalReader(runDirectory);
  const replies = new Map<string, string>();
  const answers = new Map<string, string>();
  let rows = 0;
  try {
    for await (const { unit, label, value } of reader.effects()) {
      const { seconds: _, order: __, ...reply } = value as Readonly<Record<string, unknown>>;
      const name = `${unit} ${label}`;
      if (replies.has(name)) throw new Error(`${name} is recorded twice`);
      replies.set(name, JSON.stringify(reply));
      answers.set(name, digestOf(String(reply.answer ?? '')));
      rows += 1;
    }
    for (const stream of reader.streams()) for await (const _ of reader.values(stream)) rows += 1;
  } finally {
    reader.close();
  }
  return { ends: endsOf(readJson(output)), replies, answers, rows };
}

/** In words, what is unlike the twin; nothing where they are the same. */
export function unlikeTwin(record: ProveRecord, twin: ProveRecord): string[] {
  const faults: string[] = [];
  if (record.ends !== twin.ends) faults.push('the ends of its attempts are not those of the twin');
  const differing = [...twin.replies].filter(([name, reply]) => record.replies.get(name) !== reply);
  const more = [...record.replies.keys()].filter((name) => !twin.replies.has(name));
  return [
    ...faults,
    ...few(differing.map(([name]) => `the record of ${name} is not the twin’s`)),
    ...few(more.map((name) => `${name} is recorded, and the twin has no such call`)),
  ];
}

/** In words, what is wrong with the files of a finished run of many problems. */
export function faultsOfFiles(runDirectory: string, problems: number): string[] {
  const directory = path.join(runDirectory, 'proofs');
  const files = existsSync(directory) ? readdirSync(directory) : [];
  const faults: string[] = [];
  if (files.length !== 2 * problems)
    faults.push(`proofs/ has ${files.length} files for ${problems} problems`);
  for (const file of files) {
    const text = readFileSync(path.join(directory, file), 'utf8');
    const isWhole = file.endsWith('.html')
      ? text.trimEnd().endsWith('</html>')
      : file.endsWith('.md') && text.includes('\n## Facts\n');
    if (!isWhole) faults.push(`proofs/${file} is no whole file`);
  }
  const strays = readdirSync(runDirectory).filter((file) => file.startsWith('.'));
  return few([...faults, ...strays.map((file) => `${file} was left behind`)]);
}
