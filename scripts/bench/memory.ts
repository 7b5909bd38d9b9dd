/** Memory: the peak of a process that trains, on the longest row there is or on others. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ModelConfig } from '../../src/engine/engine.ts';
import type { Lora } from '../../src/engine/ort/adapter.ts';
import { counted, type Figure } from './figure.ts';
import type { ModelSize } from './model-sizes.ts';

const positions = 8192;
/** Bytes, at 10 M parameters. */
const mostBytes = 4e9;

export interface TrainingToMeasure {
  readonly config: ModelConfig;
  /** Of a sequence. */
  readonly positions: number;
  /** Default 1. */
  readonly sequences?: number;
  readonly threads: number;
  /** An adapter trains instead of all parameters. */
  readonly lora?: Lora;
}

/** Two steps in a process of its own: its peak, and the seconds of the second step. */
export async function trainingPeak(
  training: TrainingToMeasure,
): Promise<{ readonly peakBytes: number; readonly seconds: number }> {
  const program = fileURLToPath(new URL('memory-program.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(training)]);
  return JSON.parse(stdout) as { peakBytes: number; seconds: number };
}

/** Speed is only told: one step is no measurement. */
export async function memoryFigures(size: ModelSize, threads: number): Promise<Figure[]> {
  const config = { ...size.config, max_position_embeddings: positions };
  const { peakBytes, seconds } = await trainingPeak({ config, positions, threads });
  const goal = { atMost: mostBytes / 1e9 };
  return [
    { ...counted('peak of the process', 'GB', peakBytes / 1e9), goal, met: peakBytes <= mostBytes },
    counted('forward + backward, AdamW step', 'tokens/s', positions / seconds),
  ];
}
