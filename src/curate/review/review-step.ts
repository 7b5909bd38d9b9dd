/**
 * `qed data review`: the paper's pass of the filter by a small model (section 2.1). A row leaves where the model finds its
 * statement questionable, its solutions inconsistent, or large gaps in the reference. Difficulty and whether it is computational
 * are noted and decide nothing, since the paper found them too noisy. What cannot be read is asked for again, then set aside,
 * or kept where that was chosen: never taken for a pass.
 */
import { askJudge, byItsEnds, type JudgeModel } from '../../grade/ask-judge.ts';
import type { Json } from '../../journal/journal.ts';
import type { AskStep } from '../ask/ask-step.ts';
import { type CuratePrompts, curatePrompts } from '../curate-prompts.ts';
import type { DataRow } from '../data-row.ts';
import { type Review, type ReviewFlag, readReview } from './read-review.ts';

export interface ReviewSettings {
  readonly reviewer: JudgeModel;
  /** How often a review is asked for, at most. */
  readonly attempts: number;
  /** How many solutions and comments the reviewer is shown, at most. */
  readonly solutions: number;
  readonly comments: number;
  /** Rows whose review cannot be read go on. */
  readonly keepUnread: boolean;
  readonly prompts?: CuratePrompts;
}

type Answer =
  | { readonly kind: 'review'; readonly review: Review; readonly said: string; readonly attempts: number }
  | { readonly kind: 'unread'; readonly detail: string };

/** Code of a reason by flag. */
const reasons: Readonly<Record<ReviewFlag, string>> = {
  statement_questionable: 'statement-questionable',
  solutions_inconsistent: 'solutions-inconsistent',
  large_gaps: 'large-gaps',
};
const unreadReason = 'review-unreadable';
/** Of what the model said, for a person to check. */
const mostSaid = 600;

export function reviewStep(settings: ReviewSettings): AskStep {
  const { reviewer, attempts, keepUnread, prompts = curatePrompts() } = settings;
  const { model, maxTokens, temperature, sampling = {} } = reviewer;
  const prompt = prompts.digest('review', 'review-again');
  const flags: Record<string, number> = {};
  const difficulties: Record<string, number> = {};
  const byAttempt: Record<string, number> = {};
  let unreadKept = 0;
  const shown = (row: DataRow) => ({
    problem: row.statement,
    solutions: textsOf(row.solutions, settings.solutions),
    comments: textsOf(row.comments ?? [], settings.comments),
  });
  return {
    name: 'review',
    models: [model],
    asks: {
      ...{ model: model.name, prompt, attempts, maxTokens, temperature, sampling: { ...sampling } },
      ...{ solutions: settings.solutions, comments: settings.comments },
    },
    chooses: { keepUnread },
    materialOf: shown,
    async ask(row, context) {
      const answer = await askJudge(
        reviewer,
        {
          messages: [{ role: 'user', content: prompts.review(shown(row)) }],
          read: readReview,
          again: (complaint) => prompts.reviewAgain(complaint),
          ...{ reasks: attempts - 1, label: 'review' },
        },
        context,
      );
      if (answer.ok) {
        const said = saidBefore(answer.report);
        return done({ kind: 'review', review: answer.value, said, attempts: answer.calls.length });
      }
      if (answer.cause === 'call-failed') context.throwIfFailed();
      return done({ kind: 'unread', detail: answer.detail });
    },
    fateOf: (row, value) => {
      const answer = value as unknown as Answer;
      if (answer.kind === 'unread') {
        if (!keepUnread) return { kind: 'drop', reason: unreadReason, detail: answer.detail };
        unreadKept += 1;
        return { kind: 'keep', row };
      }
      const { review, said } = answer;
      byAttempt[answer.attempts] = (byAttempt[answer.attempts] ?? 0) + 1;
      if (review.difficulty !== null)
        difficulties[review.difficulty] = (difficulties[review.difficulty] ?? 0) + 1;
      for (const flag of review.raised) flags[reasons[flag]] = (flags[reasons[flag]] ?? 0) + 1;
      const [first] = review.raised;
      if (first !== undefined) {
        const all = review.raised.map((flag) => reasons[flag]).join(', ');
        return { kind: 'drop', reason: reasons[first], detail: said === '' ? all : `${all}: ${said}` };
      }
      const { difficulty, computational } = review;
      return {
        kind: 'keep',
        row: { ...row, review: { model: model.name, prompt, difficulty, computational } },
      };
    },
    figures: () => ({
      ...{ flags, difficulties, readAtAttempt: byAttempt },
      ...(keepUnread ? { unreadKept } : {}),
    }),
  };
}

function done(answer: Answer): { readonly kind: 'done'; readonly value: Json } {
  return { kind: 'done', value: answer as unknown as Json };
}

function textsOf(texts: readonly string[], most: number): string[] {
  return texts
    .filter((text) => text.trim() !== '')
    .slice(0, most)
    .map(byItsEnds);
}

/** What stands before the verdict. */
function saidBefore(report: string): string {
  const [said = ''] = report.split(/<review\s*>|```|^\s*\{/im);
  return said.trim().replaceAll(/\s+/g, ' ').slice(0, mostSaid).toWellFormed();
}
