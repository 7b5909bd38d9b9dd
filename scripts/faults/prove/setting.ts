/**
 * What the fault tests of `qed prove` share: a directory with problems and presets, a misbehaving server, and the figures
 * and faults that a section is made of.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { forkMisbehavingServer } from '../../../src/model/openai/fixtures/fork-misbehaving-server.ts';
import type {
  MisbehavingServer,
  ServerSettings,
} from '../../../src/model/openai/fixtures/misbehaving-server.ts';
import type { Section } from '../setting.ts';
import type { ProveOptions } from './sitting.ts';

export interface ProveFaultOptions {
  readonly seed: number;
}

export type ProveFaultTest = (options: ProveFaultOptions) => Promise<Section>;

/** A place of its own for one test, with its server. */
export interface Place {
  readonly directory: string;
  readonly server: MisbehavingServer;
  /** For `startQed`. */
  readonly qed: ProveOptions;
  /** Writes a file into the place and gives its name. */
  write(name: string, text: string): string;
}

/** Runs a test in a place, which is removed afterwards unless there were faults. */
export async function inPlace(
  name: string,
  settings: Partial<ServerSettings>,
  test: (place: Place) => Promise<Section>,
): Promise<Section> {
  const directory = mkdtempSync(path.join(tmpdir(), `qed-${name}-`));
  const server = await forkMisbehavingServer(settings);
  try {
    const section = await test({
      directory,
      server,
      qed: { directory, environment: { QED_SCRIPTED_URL: server.baseUrl } },
      write: (file, text) => {
        const full = path.join(directory, file);
        mkdirSync(path.dirname(full), { recursive: true });
        writeFileSync(full, text);
        return file;
      },
    });
    if (section.faults.length === 0) rmSync(directory, { recursive: true });
    else console.log(`\nThe runs with faults are in ${directory}`);
    return section;
  } finally {
    await server.close();
  }
}

/** Problems `p0`, `p1`, …; `more` is added to the statement of each. */
export function problemLines(count: number, more: (index: number) => string = () => ''): string {
  return Array.from({ length: count }, (_, index) => {
    const problem = { id: `p${index}`, statement: `Prove claim ${index}. ${more(index)}`.trim() };
    return `${JSON.stringify(problem)}\n`;
  }).join('');
}

/** A preset file (YAML reads JSON) for the scripted server. */
export function presetText(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    name: 'scripted',
    description: 'a scripted model',
    model: 'scripted',
    dialect: 'generic',
    baseUrlEnv: 'QED_SCRIPTED_URL',
    maxTokens: 64,
    price: { prompt: 2, completion: 12 },
    ...fields,
  });
}

/** The first few of many like faults, and how many more there are. */
export function few(faults: readonly string[], most = 5): string[] {
  return faults.length > most
    ? [...faults.slice(0, most), `and ${faults.length - most} more like these`]
    : [...faults];
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The value below which a share of the numbers lies; 0 of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
