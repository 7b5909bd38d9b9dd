/**
 * Finished groups that wait for their step. A few are kept whole; beyond a number of bytes only what is small is kept of a
 * group, and its samples are read from the journal when its step has come. So memory does not grow with what a slow
 * optimiser leaves waiting. TOKEN-EXACT: what comes back is what was sampled.
 */

import type { Sample } from '../../engine/engine.ts';
import type { Grade } from '../../grade/grade.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import type { Rollout, RolloutGroup } from '../collect.ts';

/** A group on the shelf. */
export interface ShelvedGroup {
  readonly bytes: number;
  /** Gives the group back, once. */
  take(): Promise<RolloutGroup>;
}

export class GroupShelf {
  readonly #mostBytes: number;
  readonly #format: Pick<ChatFormat, 'parseReply'>;
  #heldBytes = 0;

  constructor(mostBytes: number, format: Pick<ChatFormat, 'parseReply'>) {
    this.#mostBytes = mostBytes;
    this.#format = format;
  }

  /** Bytes of the groups that are kept whole. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** `reload` reads the samples of the group again. */
  put(group: RolloutGroup, reload: () => Promise<readonly Sample[]>): ShelvedGroup {
    const bytes = bytesOf(group);
    if (this.#heldBytes + bytes <= this.#mostBytes) {
      this.#heldBytes += bytes;
      return {
        bytes,
        take: async () => {
          this.#heldBytes -= bytes;
          return group;
        },
      };
    }
    const { problem, prompt_T } = group;
    const kept = group.rollouts_G.map(({ overflowed, grade, reward }) => ({
      ...{ overflowed, reward },
      grade: withoutReport(grade),
    }));
    return { bytes, take: async () => ({ problem, prompt_T, rollouts_G: this.#join(kept, await reload()) }) };
  }

  #join(kept: readonly Omit<Rollout, 'sample' | 'reply'>[], samples: readonly Sample[]): Rollout[] {
    return kept.map((one, index) => {
      const sample = samples[index];
      if (sample === undefined)
        throw new Error(`a group of ${kept.length} attempts has ${samples.length} samples`);
      return { ...one, sample, reply: this.#format.parseReply(sample.tokens_T) };
    });
  }
}

/** What training has no use for. */
function withoutReport(grade: Grade): Grade {
  return grade.kind === 'graded' ? { ...grade, report: '', items: [] } : grade;
}

/** Four bytes a token id, four a log-prob, two a UTF-16 code unit. */
function bytesOf({ prompt_T, rollouts_G }: RolloutGroup): number {
  return rollouts_G.reduce((sum, { sample, reply, grade }) => {
    const texts = reply.reasoning.length + (reply.answer?.length ?? 0);
    const report = grade.kind === 'graded' ? grade.report.length : grade.detail.length;
    return sum + 8 * sample.tokens_T.length + 2 * (texts + report);
  }, 4 * prompt_T.length);
}
