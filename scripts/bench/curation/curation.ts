// Import and filter of many rows: the peak memory of the process at 100,000 rows and at ten times as many, which must be about the
// same, for JSONL and Parquet. Each run is a process of its own. Rows per second are only told: they are not measured
// with care for what else the machine does.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FigureGroup } from '../engine.ts';
import { counted, type Figure } from '../figure.ts';
import { writeParquet } from './parquet-file.ts';

export const fullCuration = { rows: 1_000_000 };

const mostBytes = 512e6;
/** As large as a row group of the hub's own writer. */
const rowsOfGroup = 1_000;
const sentence =
  'Suppose that it is not so; then every one of the points lies on the line, which cannot be. ';

export async function* benchCuration({ rows }: { readonly rows: number }): AsyncGenerator<FigureGroup> {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-curation-'));
  try {
    for (const format of ['jsonl', 'parquet'] as const) {
      const figures: Figure[] = [];
      for (const count of [Math.ceil(rows / 10), rows])
        figures.push(...(await figuresOf(directory, format, count)));
      yield { title: format === 'jsonl' ? 'JSONL' : 'Parquet', figures };
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function cell(row: number, column: number): string {
  return column === 0
    ? `Prove that among any ${row + 2} of the points $P_1, \\dots, P_n$ there are two at a distance of at most ${row}.`
    : sentence.repeat(5 + (row % 11));
}

async function figuresOf(directory: string, format: 'jsonl' | 'parquet', rows: number): Promise<Figure[]> {
  const file = path.join(directory, `rows.${format}`);
  if (format === 'parquet') writeParquet(file, ['problem', 'solution'], rows, rowsOfGroup, cell);
  else await writeJsonLines(file, rows);
  const card = path.join(directory, 'card.yaml');
  writeFileSync(
    card,
    'name: bench\ntitle: Bench\nlicence: CC0-1.0\nattribution: none\nget: made here\n' +
      `files: [{ path: rows.${format} }]\nfields: { statement: problem, solutions: solution }\n`,
  );
  const raw = path.join(directory, 'raw');
  const steps = [
    ['import', card, '--from', file, '--out', raw],
    ['filter', raw, '--out', path.join(directory, 'filtered')],
  ];
  const figures = [counted(`${label(rows)}: file`, 'MB', statSync(file).size / 1e6)];
  for (const step of steps) {
    const program = fileURLToPath(new URL('step-program.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...step], { maxBuffer: 1e8 });
    const { peakBytes, seconds } = JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as {
      peakBytes: number;
      seconds: number;
    };
    figures.push({
      ...counted(`${label(rows)}: peak of ${step[0]}`, 'MB', peakBytes / 1e6),
      goal: { atMost: mostBytes / 1e6 },
      met: peakBytes <= mostBytes,
    });
    figures.push(counted(`${label(rows)}: ${step[0]}`, 'rows/s', rows / seconds));
  }
  for (const name of [raw, path.join(directory, 'filtered')]) rmSync(name, { recursive: true });
  return figures;
}

async function writeJsonLines(file: string, rows: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let row = 0; row < rows; row += 1) {
    const line = `${JSON.stringify({ problem: cell(row, 0), solution: cell(row, 1) })}\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

function label(rows: number): string {
  return `${rows.toLocaleString('en-US')} rows`;
}
