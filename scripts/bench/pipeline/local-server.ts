/** A server of the benchmark's own in a process of its own, on a port that it prints; it ends with its standard input. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface LocalServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): void;
}

/** `program` is a file beside this one. */
export async function startServer(program: string, args: readonly string[]): Promise<LocalServer> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()));
  });
  return { url: `http://127.0.0.1:${port}`, close: () => child.stdin.end() };
}
