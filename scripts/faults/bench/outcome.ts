/**
 * What a run of `qed bench` has come to, in a form that two runs are compared by: attempts, proofs and grades as they are
 * recorded, every reply of solvers and judges, and the tables that `qed compare` makes of them. Times and what was paid
 * twice are no part of it.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import { digestOf } from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import { few } from '../prove/setting.ts';
import { errorsOf, type ProveOptions, runQed } from '../prove/sitting.ts';

export interface BenchRecord {
  /** By `unit label`: everything of a reply that does not depend on when it was made. */
  readonly replies: ReadonlyMap<string, string>;
  /** By `unit label`: digest of the answer. */
  readonly answers: ReadonlyMap<string, string>;
  /** By stream and key: attempts, proofs and grades. */
  readonly events: ReadonlyMap<string, string>;
  /** By format: what `qed compare` prints. */
  readonly tables: ReadonlyMap<string, string>;
}

const streams = ['bench/attempts', 'bench/proofs', 'bench/grades'];

/** `parent` has the run as `run`, so that the tables of two runs call theirs the same. */
export async function readBench(parent: string, qed: ProveOptions): Promise<BenchRecord> {
  const reader = new JournalReader(path.join(parent, 'run'));
  const [replies, answers, events] = [
    new Map<string, string>(),
    new Map<string, string>(),
    new Map<string, string>(),
  ];
  try {
    for await (const { unit, label, value } of reader.effects()) {
      const { seconds: _, order: __, ...reply } = value as Readonly<Record<string, unknown>>;
      const name = `${unit} ${label}`;
      if (replies.has(name)) throw new Error(`${name} is recorded twice`);
      replies.set(name, JSON.stringify(reply));
      answers.set(name, digestOf(String(reply.answer ?? '')));
    }
    for (const stream of streams) {
      for await (const { key, value } of reader.values(stream)) {
        const { seconds: _, ...row } = value as Readonly<Record<string, unknown>>;
        const payload = reader.find(stream, key)?.payload;
        const text = payload === undefined ? '' : new TextDecoder().decode(payload);
        const name = `${stream} ${key}`;
        if (events.has(name)) throw new Error(`${name} is recorded twice`);
        events.set(name, `${JSON.stringify(row)} ${text}`);
      }
    }
  } finally {
    reader.close();
  }
  const tables = new Map<string, string>();
  for (const format of ['markdown', 'json']) {
    const more = format === 'json' ? ['--problems'] : [];
    const sitting = await runQed(['compare', 'run', '--format', format, ...more], {
      ...qed,
      directory: parent,
    });
    if (sitting.code !== 0) throw new Error(`qed compare failed: ${errorsOf(sitting)}`);
    tables.set(format, sitting.output);
  }
  return { replies, answers, events, tables };
}

/** In words, what is unlike the twin; nothing where they are the same. */
export function unlikeBench(record: BenchRecord, twin: BenchRecord): string[] {
  return (['replies', 'events', 'tables'] as const).flatMap((part) => {
    const differing = [...twin[part]].filter(([name, text]) => record[part].get(name) !== text);
    const more = [...record[part].keys()].filter((name) => !twin[part].has(name));
    return [
      ...few(differing.map(([name]) => `${part}: ${name} is not the twin’s`)),
      ...few(more.map((name) => `${part}: ${name} is there, and the twin has no such thing`)),
    ];
  });
}

/** In words, files that a write which was cut off has left behind. */
export function strays(parent: string): string[] {
  const left = readdirSync(path.join(parent, 'run')).filter((file) => file.startsWith('.'));
  return few(left.map((file) => `${file} was left behind`));
}
