/**
 * A language model that grades proofs. FENCED-CANDIDATE: the proof stands in a fence, without verdicts, and the judge’s
 * own last verdict is what counts. NULL-NOT-ZERO: a judge that fails, or cannot be read after it was asked again, leaves
 * the proof ungraded; an empty proof is a real 0, decided without a call. Every call goes through the context, so that
 * whoever runs the grading makes it durable and pays for it.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../journal/canonical-json.ts';
import type { Json } from '../journal/journal.ts';
import type { ChatModel } from '../model/chat-model.ts';
import type { Problem } from '../problems/problem.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import { askJudge, byItsEnds, type JudgeAnswer, type JudgeModel } from './ask-judge.ts';
import {
  type Grade,
  type GradeContext,
  type Graded,
  type Grader,
  gradeOfNoProof,
  type Ungraded,
} from './grade.ts';
import { materialOf } from './judge-material.ts';
import { type JudgePrompts, judgePrompts } from './judge-prompts.ts';
import { type JudgeSettings, type JudgeSettingsInput, judgeSettingsSchema } from './judge-settings.ts';
import { POINTS_TAG, readPoints } from './read-points.ts';
import { readSteps } from './read-steps.ts';
import { SCALES } from './scale.ts';
import { withoutSelfEvaluation } from './self-evaluation.ts';

/** A grader that asks models. Its name tells it from every other, also from one with other settings or prompts. */
export interface Judge extends Grader {
  readonly models: readonly ChatModel[];
  /** Everything that its grades depend on beside problem, proof and seed. */
  readonly identity: Json;
  /** What the problem lacks for this judge, for example `no solution`; undefined when nothing. */
  missing(problem: Problem): string | undefined;
  /** Calls for one proof: when every reply can be read at once and nobody disagrees, and at most. */
  readonly calls: { readonly least: number; readonly most: number };
  close?(): Promise<void>;
}

/** A grade with the conversation that led to it, from which it can go on. */
export interface Hearing {
  readonly grade: Grade;
  readonly messages: readonly Message[];
}

/** One judge of an ensemble. */
export interface SingleJudge extends Judge {
  /** As `grade`, with calls named after `label`. */
  hear(problem: Problem, proof: string, context: GradeContext, label: string): Promise<Hearing>;
  /** Goes on with what others came to. Keeps the grade of the hearing, with a note, where that comes to none. */
  hearAgain(
    problem: Problem,
    hearing: Hearing,
    others: readonly Graded[],
    context: GradeContext,
    label: string,
  ): Promise<Hearing>;
}

export interface JudgeOptions extends JudgeModel {
  readonly settings?: JudgeSettingsInput;
  readonly prompts?: JudgePrompts;
  /** How the judge is called in reports; its digest is added. Default: the model and the style. */
  readonly name?: string;
}

/**
 * @example
 * const judge = createJudge({ model, maxTokens: 16_384, temperature: 1, settings: { style: 'opc' } });
 * const grade = await judge.grade(problem, proof, { seed: 1 });
 */
export function createJudge(options: JudgeOptions): SingleJudge {
  const { model, maxTokens, temperature, sampling, prompts = judgePrompts() } = options;
  const settings = judgeSettingsSchema.parse(options.settings ?? {});
  const scale = SCALES[settings.scale];
  const identity = {
    model: model.name,
    ...{ maxTokens, temperature, sampling: sampling === undefined ? null : { ...sampling } },
    settings,
    prompts: versionsUsed(prompts, settings),
  } satisfies Json;
  const name = `${options.name ?? `${model.name}(${settings.style})`}#${digestOf(identity)}`;
  const ungraded = (cause: Ungraded['cause'], detail: string): Ungraded => ({
    ...{ kind: 'ungraded', cause, detail, grader: name },
  });
  const question = {
    reasks: settings.reasks,
    again: (complaint: string) => prompts.again(complaint, { words: scale.words, tag: POINTS_TAG }),
    read: (reply: Parameters<typeof readPoints>[0]) => {
      const reading = readPoints(reply, scale);
      return reading.ok
        ? { ok: true as const, value: reading.points }
        : { ok: false as const, complaint: reading.complaint, isOffScale: reading.fault === 'off-scale' };
    },
  };

  const hearingOf = (
    answer: JudgeAnswer<number>,
    problem: Problem,
    notes: readonly string[],
    asked: readonly Message[],
  ): Hearing => {
    if (!answer.ok) return { grade: ungraded(answer.cause, answer.detail), messages: asked };
    const { value: points, report, calls, messages } = answer;
    const reasks = calls.length - 1;
    const told = [
      ...notes,
      ...(reasks === 0 ? [] : [`asked again ${reasks === 1 ? 'once' : `${reasks} times`}`]),
    ];
    const grade: Graded = {
      ...{ kind: 'graded', points, report, items: readSteps(report, problem.scheme), grader: name },
      calls: [...calls],
      ...(told.length === 0 ? {} : { notes: told }),
    };
    return { grade, messages };
  };

  const hear: SingleJudge['hear'] = async (problem, whole, context, label) => {
    const { proof, removed } =
      settings.selfEvaluation === 'remove'
        ? withoutSelfEvaluation(whole)
        : { proof: whole, removed: undefined };
    if (proof.trim() === '') return { grade: gradeOfNoProof(name, 'The proof is empty.'), messages: [] };
    const material = materialOf(problem, settings);
    if (!material.ok) {
      const detail = `${problem.id} has ${material.missing}, which this judge needs`;
      return { grade: ungraded('no-scheme', detail), messages: [] };
    }
    const content = prompts.grade(settings.style, scale, { ...material.shown, proof });
    const messages: readonly Message[] = [{ role: 'user', content }];
    const answer = await askJudge(options, { ...question, messages, label }, context);
    const notes =
      removed === undefined
        ? []
        : [
            `not shown to the judge: the section ${JSON.stringify(removed.heading)}, ${removed.characters} characters`,
          ];
    return hearingOf(answer, problem, notes, messages);
  };

  return {
    ...{ name, identity, models: [model], hear },
    calls: { least: 1, most: 1 + settings.reasks },
    missing(problem) {
      const material = materialOf(problem, settings);
      return material.ok ? undefined : material.missing;
    },
    async grade(problem, proof, context) {
      return (await hear(problem, proof, context, 'judge')).grade;
    },
    async hearAgain(problem, { grade, messages: before }, others, context, label) {
      if (grade.kind === 'ungraded' || others.length === 0) return { grade, messages: before };
      const request = prompts.discuss(
        {
          reports: others.map(({ report }) => byItsEnds(report)),
          points: others.map(({ points }) => points),
        },
        scale,
      );
      const messages: readonly Message[] = [...before, { role: 'user', content: request }];
      const answer = await askJudge(options, { ...question, messages, label }, context);
      const notes = grade.notes ?? [];
      if (answer.ok) {
        const heard = hearingOf(answer, problem, notes, messages);
        // The items were given with the first report; a discussion speaks of some of them.
        if (
          heard.grade.kind === 'graded' &&
          heard.grade.items.length === 0 &&
          heard.grade.points === grade.points
        )
          return { ...heard, grade: { ...heard.grade, items: grade.items } };
        return heard;
      }
      const kept = `kept from the round before: ${answer.detail}`;
      return { grade: { ...grade, notes: [...notes, kept] }, messages: before };
    },
  };
}

/** Eight digits that are the same for the same identity. */
export function digestOf(identity: Json): string {
  return createHash('sha256').update(canonicalJson(identity)).digest('hex').slice(0, 8);
}

/** Only the files that this judge uses: another style may be reworded without a new judge. */
function versionsUsed(prompts: JudgePrompts, { style, scale }: JudgeSettings): Record<string, string> {
  const used = [style, `scale-${scale}`, 'steps', 'again'];
  return Object.fromEntries(used.map((name) => [name, prompts.versions[name] ?? '']));
}
