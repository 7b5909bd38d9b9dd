/**
 * The files that tell the figures of every step: metrics.jsonl and the event file of TensorBoard. Both are derived from the
 * journal. A step is in each once, whether it was applied again after a kill or not.
 */
import type { Journal } from '../journal/journal.ts';
import { MetricsFile } from './metrics-file.ts';
import { type RecordedStep, recordedSteps } from './recorded-steps.ts';
import { EventFile } from './tensorboard/event-file.ts';

export class StepFiles {
  readonly #metrics: MetricsFile;
  readonly #events: EventFile;
  readonly #written: Set<string>;

  private constructor(metrics: MetricsFile, events: EventFile, written: Set<string>) {
    this.#metrics = metrics;
    this.#events = events;
    this.#written = written;
  }

  /** Opens the files with what the journal holds. */
  static async open(runDirectory: string, journal: Journal): Promise<StepFiles> {
    const written = new Set<string>();
    for await (const step of recordedSteps(journal)) written.add(nameOf(step));
    const metrics = await MetricsFile.open(runDirectory, recordedSteps(journal));
    try {
      return new StepFiles(metrics, await EventFile.open(runDirectory, recordedSteps(journal)), written);
    } catch (error) {
      metrics.close();
      throw error;
    }
  }

  /** Adds a step that the journal holds. */
  write(step: RecordedStep): void {
    if (this.#written.has(nameOf(step))) return;
    this.#metrics.write(step);
    this.#events.write(step);
    this.#written.add(nameOf(step));
  }

  close(): void {
    this.#metrics.close();
    this.#events.close();
  }
}

function nameOf({ stage, step }: RecordedStep): string {
  return `${stage}/${step}`;
}
