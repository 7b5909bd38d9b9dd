/**
 * The step `distill`: samples a teacher at every problem and keeps what has the structure of a text to learn from, within a
 * cap of tokens; what leaves has a code. Grades are asked for where there is a judge, of what stays only, and are kept
 * beside the samples, low ones too (paper, section 2.3). NULL-NOT-ZERO: a sample without a grade has null.
 */
import type { BenchJudge } from '../../bench/grade-once.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import type { Json } from '../../journal/journal.ts';
import { settleAll } from '../../scaffold/settle-all.ts';
import type { AskContext, AskStep, RowFate } from '../ask/ask-step.ts';
import { type Attempting, attempt } from '../attempts/attempt.ts';
import { gradeAttempt } from '../attempts/grade-attempt.ts';
import { Slots } from '../attempts/slots.ts';
import type { DataRow } from '../data-row.ts';
import { type Completion, type StructureRules, structureOf } from './completion.ts';
import { DistillFigures } from './distill-figures.ts';
import type { DistilledFiles } from './distilled-files.ts';
import { type KeptSample, type ReleasedColumns, releasedRow } from './released-row.ts';
import { chooseSample, type SampleChoice } from './sample-choice.ts';
import { type StudentForm, studentMessages, textTokens } from './student-form.ts';

export interface DistillSettings {
  readonly teacher: Attempting;
  /** What tells how teacher and student are asked, such as a prompt's name and version. */
  readonly prompts: { readonly teacher: string; readonly student: string };
  readonly samples: number;
  readonly rules: StructureRules;
  readonly student: StudentForm;
  /** Most tokens of a text, its prompt included. */
  readonly maxTextTokens: number | undefined;
  readonly judge: BenchJudge | undefined;
  readonly columns: ReleasedColumns;
  readonly choice: SampleChoice;
  /** Samples of whatever problem at once. */
  readonly parallel: number;
  readonly seed: number;
  readonly files: DistilledFiles;
}

/** A sample on record. */
interface Sample extends Completion {
  /** Null where it was not graded, or has no grade. */
  readonly points: number | null;
}

export function distillStep(settings: DistillSettings): AskStep {
  const { teacher, prompts, samples, rules, student, judge, columns, choice, seed, files } = settings;
  const { model, maxTokens, temperature, sampling } = teacher;
  const slots = new Slots(settings.parallel);
  const figures = new DistillFigures(seed);
  return {
    name: 'distill',
    models: [model, ...(judge?.models ?? [])],
    asks: {
      ...{ model: model.name, prompt: prompts.teacher, samples, maxTokens, temperature, seed },
      ...{ sampling: { ...sampling }, judge: judge?.name ?? null, proof: rules.proof },
      needsReasoning: rules.needsReasoning,
    },
    chooses: {
      ...{
        studentPrompt: prompts.student,
        layout: student.layout,
        choice,
        columns: { ...nullable(columns) },
      },
      ...{ maxTextTokens: settings.maxTextTokens ?? null, chatTemplate: student.chatTemplate ?? null },
    },
    materialOf: (row) => ({
      statement: row.statement,
      ...(judge === undefined ? {} : { grading: gradingDigest(row) }),
    }),
    ask: async (row, context) => {
      const numbers = Array.from({ length: samples }, (_, number) => number);
      const made = await settleAll(
        numbers.map((number) => slots.run(() => sampleAndGrade(settings, row, number, context))),
      );
      return { kind: 'done', value: made.map(recorded) };
    },
    fateOf: async (row, answer): Promise<RowFate> => {
      const made = (answer as unknown as readonly RecordedSample[]).map(readSample);
      const kept: KeptSample[] = [];
      const codes: string[] = [];
      for (const [sample, completion] of made.entries()) {
        const result = keptOrLeft(settings, row, { sample, completion }, kept);
        if (result.ok) {
          kept.push(result.kept);
          await files.write('all', releasedRow(row, result.kept, columns, student.chatTemplate));
          continue;
        }
        const { code, detail } = result;
        codes.push(code);
        figures.leave(code);
        const tokens = completion.completionTokens;
        await files.write('left', { problem: row.id, sample, reason: code, detail, tokens });
      }
      figures.add(made, kept, judge !== undefined);
      const chosen = chooseSample(kept, { choice, problem: row.id, seed });
      if (chosen === undefined)
        return { kind: 'drop', reason: 'no-valid-completion', detail: codes.join(', ') };
      await files.write('one', releasedRow(row, chosen, columns, student.chatTemplate));
      return { kind: 'keep', row };
    },
    figures: async () => ({ ...figures.all(), files: await files.takePlace() }),
    abandon: () => files.discard(),
  };
}

async function sampleAndGrade(
  { teacher, rules, judge }: DistillSettings,
  row: DataRow,
  number: number,
  context: AskContext,
): Promise<Sample> {
  const { reasoning, answer, finish, usage } = await attempt(teacher, row, number, context);
  const { promptTokens, completionTokens } = usage;
  const completion = { reasoning, answer, finish, promptTokens, completionTokens };
  const structure = structureOf(completion, rules);
  if (judge === undefined || !structure.ok) return { ...completion, points: null };
  const grade = await gradeAttempt(judge, row, { proof: structure.proof, isCut: false, number }, context);
  return { ...completion, points: grade.kind === 'graded' ? grade.points : null };
}

type KeptOrLeft =
  | { readonly ok: true; readonly kept: KeptSample }
  | { readonly ok: false; readonly code: string; readonly detail: string };

function keptOrLeft(
  { rules, student, maxTextTokens }: DistillSettings,
  row: DataRow,
  { sample, completion }: { readonly sample: number; readonly completion: Sample },
  before: readonly KeptSample[],
): KeptOrLeft {
  const structure = structureOf(completion, rules);
  if (!structure.ok) return structure;
  const { proof } = structure;
  const { reasoning, points, promptTokens, completionTokens } = completion;
  const messages = studentMessages(student, row.statement, { reasoning, proof });
  const tokens =
    student.format === undefined ? promptTokens + completionTokens : textTokens(student.format, messages);
  if (maxTextTokens !== undefined && tokens > maxTextTokens)
    return { ok: false, code: 'too-long', detail: `${tokens} tokens; at most ${maxTextTokens}` };
  const twin = before.find((other) => other.proof === proof && other.reasoning === reasoning);
  if (twin !== undefined)
    return { ok: false, code: 'same-text', detail: `the same as sample ${twin.sample}` };
  return { ok: true, kept: { sample, reasoning, proof, messages, tokens, points } };
}

type RecordedSample = Omit<Sample, 'answer'> & { readonly answer: string | null };

function recorded({ answer, ...rest }: Sample): { [field: string]: Json } {
  return { ...rest, answer: answer ?? null };
}

function readSample({ answer, ...rest }: RecordedSample): Sample {
  return { ...rest, answer: answer ?? undefined };
}

function nullable({ grade, reward }: ReleasedColumns) {
  return { grade: grade ?? null, reward: reward ?? null };
}
