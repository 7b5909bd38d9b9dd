/** The tokens of a group, attempt after attempt, in pages: what each says, what it was drawn with, what the trainer made of it. */
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { formatOf } from '../run-files.ts';
import { findGroup } from './group-place.ts';
import { batchesOf, stageOfRun } from './policy-stage.ts';
import { recordedAttempts } from './recorded-attempts.ts';
import { everyGroup, numberOf, tokensPerPage } from './rollout-group.ts';
import { stepLogRatios } from './step-log-ratios.ts';
import { tokenPieces } from './token-pieces.ts';

export const rolloutTokens: Resource<'runs/:run/rollouts/:stage/tokens/:group/:page.json'> = {
  read: async (workplace, { run, stage, group, page }) => {
    const own = stageOfRun(workplace, run, stage);
    const [number, first] = [numberOf(group), numberOf(page) * tokensPerPage];
    const { tokenizer } = await formatOf(own.directory);
    return await workplace.journal(run, async (journal) => {
      const found = findGroup(await batchesOf(journal, own.stage), number);
      if (found === undefined)
        throw new NotFoundError(`group ${group} of stage ${stage} is in no committed step`);
      const ratios =
        found.place === undefined
          ? undefined
          : orNothing(() => stepLogRatios(journal, own.stage, found.step))?.filter(
              (one) => one.group === found.place,
            );
      const tokens: Growing = { start: first, ids: [], pieces: [], bytes: {}, logProbs: [], logRatios: [] };
      let start = 0;
      for (const [at, attempt] of recordedAttempts(journal, own, number, undefined).entries()) {
        const [from, to] = [
          Math.max(0, first - start),
          Math.min(attempt.tokens, first + tokensPerPage - start),
        ];
        start += attempt.tokens;
        if (from >= to) continue;
        const sample = orNothing(attempt.sample);
        const ratio = ratios?.find((one) => one.attempt === at)?.logRatios_T;
        const { pieces, bytes } =
          sample === undefined ? { pieces: [], bytes: {} } : tokenPieces(tokenizer, sample.tokens_T);
        for (let t = from; t < to; t += 1) {
          const logRatio = ratio?.[t];
          if (bytes[t] !== undefined) tokens.bytes[tokens.ids.length] = bytes[t] ?? '';
          tokens.ids.push(sample?.tokens_T[t] ?? -1);
          // A token whose record is damaged has no text, and its place is kept.
          tokens.pieces.push(pieces[t] ?? '\ufffd');
          tokens.logProbs.push(rounded(sample?.logprobs_T[t] ?? 0));
          tokens.logRatios.push(logRatio === undefined ? null : rounded(logRatio));
        }
      }
      if (tokens.ids.length === 0)
        throw new NotFoundError(`group ${group} has ${start} tokens: no page ${page}`);
      return tokens;
    });
  },
  instances: async function* (workplace) {
    for await (const { run, stage, group } of everyGroup(workplace)) {
      const own = stageOfRun(workplace, run, stage);
      const tokens = await workplace.journal(run, (journal) =>
        recordedAttempts(journal, own, group, undefined).reduce((sum, attempt) => sum + attempt.tokens, 0),
      );
      for (let page = 0; page * tokensPerPage < tokens; page += 1)
        yield { run, stage, group: String(group), page: String(page) };
    }
  },
};

/** The same, while it is made. */
interface Growing {
  readonly start: number;
  readonly ids: number[];
  readonly pieces: string[];
  readonly bytes: Record<string, string>;
  readonly logProbs: number[];
  readonly logRatios: (number | null)[];
}

/** Four digits after the point, and of what is smaller three. */
function rounded(value: number): number {
  return Math.abs(value) < 0.1 ? Number(value.toPrecision(3)) : Math.round(value * 1e4) / 1e4;
}

/** What is damaged is told with the group (`rollout-group.ts`). */
function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
