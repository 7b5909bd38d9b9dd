/** Whether there is room for a model before its first byte is asked for; what an earlier try left counts as there. */
import { availableBytes } from '../../journal/disk-trouble.ts';

export interface RoomNeeded {
  /** Where the model is to be, for people. */
  readonly directory: string;
  /** On the same disk. */
  readonly staging: string;
  /** Bytes that are to come. */
  readonly needed: number;
  /** Asked of the system when absent. */
  readonly free?: number | undefined;
}

/** Throws an Error that says both sizes. */
export function checkRoom({ directory, staging, needed, free = availableBytes(staging) }: RoomNeeded): void {
  if (needed <= free) return;
  throw new Error(
    `${directory}: ${sizeText(needed)} are still to come, and ${sizeText(free)} are free there; make room, or name another place with --to`,
  );
}

function sizeText(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toPrecision(3)} MB` : `${(bytes / 1e9).toPrecision(3)} GB`;
}
