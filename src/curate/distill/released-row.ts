/**
 * A row of the distilled set under the column names of the released one (FineProofs-SFT: problem, reasoning_content, proof,
 * category, competition, a grade, a reward over attempts, source, messages), which the SFT stage reads as it is.
 */
import type { Message } from '../../tokenizer/tokenizer.ts';
import type { DataRow } from '../data-row.ts';
import { sourceOf } from '../step-files.ts';

/** What the columns of grade and reward are called; undefined where there is none. */
export interface ReleasedColumns {
  /** `gemini-3-pro-grade` in the released set. */
  readonly grade: string | undefined;
  /** `qwen3-4b-thinking-reward@128` in the released set. */
  readonly reward: string | undefined;
}

export interface KeptSample {
  /** Its number among the samples of the problem, from 0. */
  readonly sample: number;
  readonly reasoning: string;
  readonly proof: string;
  readonly messages: readonly Message[];
  /** Of the whole text. */
  readonly tokens: number;
  /** Null where there is no grade. */
  readonly points: number | null;
}

export function releasedRow(
  row: DataRow,
  { sample, reasoning, proof, messages, points }: KeptSample,
  columns: ReleasedColumns,
  chatTemplate: string | undefined,
): Record<string, unknown> {
  const { category, subject, competition, contest } = row.tags;
  return {
    problem: row.statement,
    reasoning_content: reasoning.trim(),
    proof,
    category: category ?? subject ?? null,
    competition: competition ?? contest ?? null,
    ...(columns.grade === undefined ? {} : { [columns.grade]: points }),
    ...(columns.reward === undefined ? {} : { [columns.reward]: row.difficulty?.meanReward ?? null }),
    source: sourceOf(row),
    messages,
    tags: { problem: row.id, sample },
    ...(chatTemplate === undefined ? {} : { chat_template_sha256: chatTemplate }),
  };
}

/** `Qwen/Qwen3-4B-Thinking-2507` makes `qwen3-4b-thinking-2507`, for the name of a column. */
export function columnSlug(model: string): string {
  const last = model.split(/[/#]/).at(-1) ?? model;
  return last
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
