/** Memory: the peak of a process that trains on the longest row there is. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { counted, type Figure } from './figure.ts';
import type { ModelSize } from './model-sizes.ts';

const positions = 8192;
/** Bytes, at 10 M parameters. */
const mostBytes = 4e9;

/** Speed is only told: one step is no measurement. */
export async function memoryFigures(size: ModelSize, threads: number): Promise<Figure[]> {
  const program = fileURLToPath(new URL('memory-program.ts', import.meta.url));
  const config = { ...size.config, max_position_embeddings: positions };
  const argument = JSON.stringify({ config, positions, threads });
  const { stdout } = await promisify(execFile)(process.execPath, [program, argument]);
  const { peakBytes, seconds } = JSON.parse(stdout) as { peakBytes: number; seconds: number };
  const goal = { atMost: mostBytes / 1e9 };
  return [
    { ...counted('peak of the process', 'GB', peakBytes / 1e9), goal, met: peakBytes <= mostBytes },
    counted('forward + backward, AdamW step', 'tokens/s', positions / seconds),
  ];
}
