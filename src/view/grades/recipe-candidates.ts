/**
 * Proofs of a recipe run: of an evaluation the first attempt at every problem, which the run keeps whole with its grade; of
 * training the attempts of the last steps, with the reward's grade. A run of real size has more than anyone grades.
 */
import path from 'node:path';
import { type Grade, gradeSchema } from '../../grade/grade.ts';
import { loadDirectoryFormat } from '../../model/directory-format.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import type { EvaluationRecord } from '../../recipe/stages/evaluate.ts';
import { decodeSamples } from '../../train/rollout-codec.ts';
import type { Workplace } from '../workplace.ts';
import type { Candidate, JudgeGrade } from './candidate.ts';

/** Steps whose attempts can be graded. */
export const lastSteps = 8;

/** `part` is `CHECKPOINT/SCAFFOLD`. */
export async function evaluationCandidates(
  workplace: Workplace,
  run: string,
  part: string,
): Promise<Candidate[]> {
  const { directory, path: shown } = workplace.run(run);
  const event = await workplace.journal(run, (journal) => journal.find('evaluation', part));
  if (event?.payload === undefined) return [];
  const { problems, first } = JSON.parse(new TextDecoder().decode(event.payload)) as EvaluationRecord;
  const known = await problemsOf(directory, 'test.jsonl');
  return problems.flatMap(({ id }, index): Candidate[] => {
    const problem = known.get(id);
    const attempt = first[index];
    if (problem === undefined || attempt === undefined) return [];
    return [
      {
        id: `${shown}#evaluate/${part}/${id}`,
        ...{ problem, system: `${shown}, ${part.replace('/', ', ')}`, people: [] },
        from: `${shown}, evaluation of ${part}, ${id}, attempt 1`,
        judges: [judgeGrade(attempt.grade)],
        read: async () => ({
          proof: attempt.proof === '' ? null : attempt.proof,
          reports: [reportOf(attempt.grade)],
        }),
      },
    ];
  });
}

/** `stage` is `rl` or `rc`. */
export async function rolloutCandidates(
  workplace: Workplace,
  run: string,
  stage: string,
): Promise<Candidate[]> {
  const { directory, path: shown } = workplace.run(run);
  const known = await problemsOf(directory, 'train.jsonl');
  const format = await loadDirectoryFormat(path.join(directory, 'data', 'tokenizer'));
  return await workplace.journal(run, async (journal) => {
    const steps: {
      readonly step: string;
      readonly groups: readonly number[];
      readonly problems: readonly string[];
    }[] = [];
    for await (const { key, value } of journal.values(`${stage}/batch`)) {
      const { groups, problems } = value as {
        readonly groups: readonly number[];
        readonly problems: readonly string[];
      };
      steps.push({ step: key, groups, problems });
    }
    const wanted = new Map<string, { readonly step: string; readonly problem: Problem }>();
    for (const { step, groups, problems } of steps.slice(-lastSteps)) {
      for (const [index, group] of groups.entries()) {
        const problem = known.get(problems[index] ?? '');
        if (problem !== undefined) wanted.set(`${stage}/${group}`, { step, problem });
      }
    }
    const attempts: string[] = [];
    const grades = new Map<string, Grade>();
    for await (const { unit, label, payload } of journal.effects(undefined, (name) =>
      wanted.has(parentOf(name)),
    )) {
      if (label === 'attempt') attempts.push(unit);
      if (label === 'grade' && payload !== undefined) grades.set(unit, gradeOf(payload));
    }
    return attempts.flatMap((unit): Candidate[] => {
      const origin = wanted.get(parentOf(unit));
      if (origin === undefined) return [];
      const { problem, step } = origin;
      const grade = grades.get(unit);
      return [
        {
          id: `${shown}#${unit}`,
          ...{ problem, people: [], system: `${shown}, ${stage} training` },
          from: `${shown}, ${stage} step ${step}, ${problem.id}, attempt ${unit}`,
          judges: grade === undefined ? [] : [judgeGrade(grade)],
          read: () =>
            workplace.journal(run, async (reader) => {
              for await (const { label, payload } of reader.effects(unit)) {
                const [sample] = label === 'attempt' && payload !== undefined ? decodeSamples(payload) : [];
                if (sample === undefined) continue;
                const { answer } = format.parseReply(sample.tokens_T);
                return { proof: answer ?? null, reports: grade === undefined ? [] : [reportOf(grade)] };
              }
              return { proof: null, reports: [] };
            }),
        },
      ];
    });
  });
}

function parentOf(unit: string): string {
  return unit.slice(0, unit.lastIndexOf('/'));
}

async function problemsOf(directory: string, name: string): Promise<Map<string, Problem>> {
  const problems = await readProblems(path.join(directory, 'data', name));
  return new Map(problems.map((problem) => [String(problem.id), problem]));
}

function gradeOf(payload: Uint8Array): Grade {
  return gradeSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
}

function judgeGrade(grade: Grade): JudgeGrade {
  return grade.kind === 'graded'
    ? { judge: grade.grader, points: grade.points, cause: null }
    : { judge: grade.grader, points: null, cause: grade.cause };
}

function reportOf(grade: Grade): string {
  return grade.kind === 'graded' ? grade.report : grade.detail;
}
