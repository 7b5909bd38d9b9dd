/**
 * `qed data rubrics`: a model writes the grading scheme of each problem from its statement and solutions. A scheme that
 * does not hold together is asked for again with the complaint, in the same conversation; what stays so is set aside with
 * its cause. What is there is kept without a call: schemes, guidelines that read as a scheme as one, and others in words.
 */
import { askJudge, type JudgeModel } from '../../grade/ask-judge.ts';
import type { Json } from '../../journal/journal.ts';
import { type GradingScheme, gradingSchemeSchema } from '../../problems/problem.ts';
import { schemeOfText } from '../../problems/schemes/scheme-of-text.ts';
import type { AskStep } from '../ask/ask-step.ts';
import { type CuratePrompts, curatePrompts } from '../curate-prompts.ts';
import type { DataRow } from '../data-row.ts';
import { readSchemeReply } from './read-scheme-reply.ts';

export interface RubricsSettings {
  readonly writer: JudgeModel;
  /** How often a scheme is asked for, at most. */
  readonly attempts: number;
  /** How many of a problem's solutions the writer is shown, at most. */
  readonly solutions: number;
  /** Writes schemes anew where there are some. */
  readonly replace: boolean;
  readonly prompts?: CuratePrompts;
}

interface Written {
  readonly scheme: GradingScheme;
  /** How often it was asked for. */
  readonly attempts: number;
}

export function rubricsStep(settings: RubricsSettings): AskStep {
  const { writer, attempts, solutions: most, replace, prompts = curatePrompts() } = settings;
  const { model, maxTokens, temperature, sampling = {} } = writer;
  const prompt = prompts.digest('rubric', 'rubric-again');
  const counts = { written: 0, withAlternatives: 0, kept: 0, fromGuidelines: 0, inWords: 0 };
  const byAttempt: Record<string, number> = {};
  const shown = ({ solutions }: DataRow): readonly string[] =>
    solutions.filter((text) => text.trim() !== '').slice(0, most);
  return {
    name: 'rubrics',
    models: [model],
    asks: {
      ...{ model: model.name, prompt, attempts, solutions: most, maxTokens, temperature },
      sampling: { ...sampling },
    },
    chooses: { replace },
    materialOf: (row) => ({ statement: row.statement, solutions: [...shown(row)] }),
    fateUnasked: (row) => {
      if (!replace) {
        if (row.scheme !== undefined) return { kind: 'keep', row };
        // A marking scheme in words is one, though it has no parts.
        if (row.guidelines !== undefined) return { kind: 'keep', row: fromGuidelines(row) ?? row };
      }
      if (shown(row).length > 0) return undefined;
      return { kind: 'drop', reason: 'no-solution', detail: 'a scheme is written from a solution' };
    },
    async ask(row, context) {
      let isFaulty = false;
      const answer = await askJudge(
        writer,
        {
          messages: [
            {
              role: 'user',
              content: prompts.rubric({ problem: row.statement, solutions: shown(row) }),
            },
          ],
          read: (reply) => {
            const reading = readSchemeReply(reply);
            if (!reading.ok) isFaulty = reading.isFaulty;
            return reading;
          },
          again: (complaint) => prompts.rubricAgain(complaint),
          ...{ reasks: attempts - 1, label: 'scheme' },
        },
        context,
      );
      if (answer.ok) {
        const written: Written = { scheme: answer.value, attempts: answer.calls.length };
        return { kind: 'done', value: written as unknown as Json };
      }
      if (answer.cause === 'call-failed') context.throwIfFailed();
      const reason = isFaulty ? 'scheme-invalid' : 'scheme-unreadable';
      return { kind: 'aside', reason, detail: answer.detail };
    },
    fateOf: (row, value) => {
      const written = value as unknown as Written;
      const scheme = gradingSchemeSchema.parse(written.scheme);
      counts.written += 1;
      if (scheme.alternatives !== undefined) counts.withAlternatives += 1;
      byAttempt[written.attempts] = (byAttempt[written.attempts] ?? 0) + 1;
      return { kind: 'keep', row: { ...row, scheme, schemeBy: { model: model.name, prompt } } };
    },
    onUnasked: (row, fate) => {
      if (fate.kind !== 'keep') return;
      if (row.scheme !== undefined) counts.kept += 1;
      else if (fate.row.scheme !== undefined) counts.fromGuidelines += 1;
      else counts.inWords += 1;
    },
    figures: () => ({ schemes: { ...counts }, writtenAtAttempt: { ...byAttempt } }),
  };
}

/** The row with its guidelines as a scheme in parts, where they are one; undefined where they stay words. */
function fromGuidelines(row: DataRow): DataRow | undefined {
  const { guidelines, ...rest } = row;
  const reading = guidelines === undefined ? undefined : schemeOfText(guidelines);
  return reading?.ok === true ? { ...rest, scheme: reading.scheme } : undefined;
}
