/**
 * The two messages of a TensorBoard event file that QED writes, by the field numbers of tensorboard/compat/proto/
 * event.proto and summary.proto: the file's version, and the scalars of a step.
 */
import { ProtobufWriter } from '../../engine/protobuf-writer.ts';
import type { Json } from '../../journal/journal.ts';

/** The first event of a file. */
export function versionEvent(): Uint8Array {
  return new ProtobufWriter().string(3, 'brain.Event:2').finish();
}

export interface Scalar {
  /** TensorBoard groups tags by what stands before the first slash. */
  readonly tag: string;
  readonly value: number;
}

/** One event with all scalars of a step. `wallTime` in Unix seconds; undefined where it is not known. */
export function scalarEvent(
  step: number,
  wallTime: number | undefined,
  scalars: readonly Scalar[],
): Uint8Array {
  const summary = new ProtobufWriter();
  for (const { tag, value } of scalars) {
    summary.message(1, new ProtobufWriter().string(1, tag).float(2, value));
  }
  const event = new ProtobufWriter();
  if (wallTime !== undefined) event.double(1, wallTime);
  return event.integer(2, step).message(5, summary).finish();
}

/** Every number of a step's figures, by its path; what is no number is no scalar. */
export function scalarsOf(figures: Json, tag: string): Scalar[] {
  if (typeof figures === 'number') return [{ tag, value: figures }];
  if (typeof figures !== 'object' || figures === null) return [];
  return Object.entries(figures).flatMap(([name, value]) => scalarsOf(value as Json, `${tag}/${name}`));
}
