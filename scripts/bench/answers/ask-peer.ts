/** Another checker, in a process of its own: pairs go in as JSON lines, verdicts come out as JSON lines. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AnswerCase } from './cases.ts';

export interface PeerVerdicts {
  /** With its version. */
  readonly name: string;
  readonly verdicts: readonly ('equal' | 'different' | 'unknown')[];
}

/** Each checker that the program has. Throws an Error where it ends before it has answered. */
export async function askPeer(
  command: string,
  parameters: readonly (string | URL)[],
  cases: readonly AnswerCase[],
): Promise<PeerVerdicts[]> {
  const words = parameters.map((one) => (one instanceof URL ? fileURLToPath(one) : one));
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end(cases.map(({ gold, candidate }) => `${JSON.stringify({ gold, candidate })}\n`).join(''));
  const lines: Record<string, string>[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(JSON.parse(line));
  const [versions = {}, ...answers] = lines;
  if (answers.length !== cases.length)
    throw new Error(`${command} ${words.join(' ')} answered ${answers.length} of ${cases.length} pairs`);
  return Object.entries(versions).map(([name, version]) => ({
    name: `${name.replace('_', '-')} ${version}`,
    verdicts: answers.map((answer) => {
      const verdict = answer[name];
      return verdict === 'equal' || verdict === 'different' ? verdict : 'unknown';
    }),
  }));
}
