/**
 * One sitting of `qed prove` as a user has it: the command in a process of its own, its lines with their times, and
 * signals at moments that the test chooses. POSIX signals; the process started is the one that works.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { monotonic } from '../../../src/model/openai/fixtures/misbehaving-server.ts';

const launcher = fileURLToPath(new URL('../../../bin/qed.js', import.meta.url));
const witness = pathToFileURL(fileURLToPath(new URL('./loop-witness.ts', import.meta.url))).href;

export interface ProveLine {
  readonly text: string;
  /** Milliseconds of `monotonic`. */
  readonly at: number;
}

export interface ProveSitting {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output. */
  readonly output: string;
  /** Lines of standard error. */
  readonly lines: readonly ProveLine[];
  readonly beganAt: number;
  readonly endedAt: number;
}

export interface RunningProve {
  readonly child: ChildProcess;
  readonly beganAt: number;
  readonly ended: Promise<ProveSitting>;
  kill(signal: NodeJS.Signals): void;
}

export interface ProveOptions {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** File into which the process writes how its event loop and its clocks went. */
  readonly witness?: string;
  readonly onLine?: (line: ProveLine) => void;
}

/** `args` are those of `qed`, for example `['prove', 'problems.jsonl', …]`. */
export function startQed(args: readonly string[], options: ProveOptions): RunningProve {
  const beganAt = monotonic();
  const preload = options.witness === undefined ? [] : ['--import', witness];
  const child = spawn(process.execPath, ['--no-warnings', ...preload, launcher, ...args], {
    cwd: options.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...{ NO_COLOR: '1', QED_DEBUG: '' },
      ...(options.witness === undefined ? {} : { QED_LOOP_WITNESS: options.witness }),
      ...options.environment,
    },
  });
  let output = '';
  let rest = '';
  const lines: ProveLine[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const at = monotonic();
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = { text: part, at };
      lines.push(line);
      options.onLine?.(line);
    }
  });
  const ended = new Promise<ProveSitting>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (rest !== '') lines.push({ text: rest, at: monotonic() });
      resolve({ code, signal, output, lines, beganAt, endedAt: monotonic() });
    });
  });
  return { child, beganAt, ended, kill: (signal) => void child.kill(signal) };
}

/** Runs it to its end. */
export async function runQed(args: readonly string[], options: ProveOptions): Promise<ProveSitting> {
  return await startQed(args, options).ended;
}

export function errorsOf({ lines }: ProveSitting): string {
  return lines.map(({ text }) => text).join('\n');
}
