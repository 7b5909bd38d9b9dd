/**
 * The benchmark of `qed compare`: a run of many graded attempts is opened, compared and written out in every format, in
 * a process of its own, so that its peak memory is known.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FigureGroup } from './engine.ts';
import { counted, type Figure } from './figure.ts';

export interface CompareBenchOptions {
  readonly attempts: number;
  readonly problems: number;
}

/** What the program reports. */
export interface CompareReport {
  readonly written: { readonly seconds: number };
  readonly opened: number;
  readonly compared: number;
  readonly exported: number;
  /** Characters of the longest text that was made. */
  readonly longest: number;
  readonly peakBytes: number;
}

export const fullCompare: CompareBenchOptions = { attempts: 100_000, problems: 400 };

const mostSeconds = 10;
const mostMegabytes = 700;
const mostCharacters = 64e6;

export async function* benchCompare(options: CompareBenchOptions): AsyncGenerator<FigureGroup> {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-compare-'));
  try {
    const program = fileURLToPath(new URL('compare-program.ts', import.meta.url));
    const run = async (step: 'write' | 'read'): Promise<CompareReport> => {
      const argument = JSON.stringify({ ...options, directory, step });
      const { stdout } = await promisify(execFile)(process.execPath, [program, argument]);
      return JSON.parse(stdout) as CompareReport;
    };
    const { written } = await run('write');
    const { opened, compared, exported, longest, peakBytes } = await run('read');
    yield {
      title: `A run of ${options.attempts.toLocaleString('en')} graded attempts at ${options.problems} problems`,
      figures: [
        counted('recorded, attempts and grades', 'rows/s', (2 * options.attempts) / written.seconds),
        counted('opened', 's', opened),
        counted('compared with itself', 's', compared),
        counted('written as text, Markdown, LaTeX, CSV, JSON, SVG', 's', exported),
        goal(counted('in all', 's', opened + compared + exported), mostSeconds),
        goal(counted('longest text', 'M characters', longest / 1e6), mostCharacters / 1e6),
        goal(counted('peak of the process', 'MB', peakBytes / 1e6), mostMegabytes),
      ],
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function goal(figure: Figure, atMost: number): Figure {
  return { ...figure, goal: { atMost }, met: figure.value <= atMost };
}
