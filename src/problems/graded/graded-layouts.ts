/**
 * The published forms of graded proofs, each by the columns that tell it: where the proof, its grade and its author
 * stand, and which cells say what the problem is.
 */
import { normalised } from '../suites/columns.ts';
import type { Row } from '../tables/row.ts';

/** What a row says, nothing of it checked. A grade that is missing is undefined. */
export interface GradedRow {
  readonly id: string | undefined;
  readonly proof: unknown;
  readonly author: unknown;
  readonly grader: string;
  readonly grade:
    | { readonly kind: 'points'; readonly raw: readonly unknown[]; readonly maximum: number | undefined }
    | { readonly kind: 'label'; readonly label: unknown; readonly threshold: number | undefined };
  readonly tags: Readonly<Record<string, string | number | boolean>>;
  /** The row as one of a table of problems. */
  readonly problem: Row;
  /** Rows with the same id are gradings of one proof by several graders, or by one who has changed their mind. */
  readonly isGradingOf?: string;
}

export interface GradedLayout {
  readonly name: string;
  /** Columns, in their normalised form, that a row of this form has. */
  readonly columns: readonly string[];
  readonly read: (row: Row, cell: (name: string) => unknown) => GradedRow;
}

const layouts: readonly GradedLayout[] = [
  {
    name: 'grades given in QED',
    columns: ['form', 'proof_id', 'problem', 'grader', 'points'],
    read: (row, cell) => ({
      id: textOf(cell('proof_id')),
      proof: cell('proof'),
      author: cell('author'),
      grader: textOf(cell('grader')) ?? 'not stated',
      grade: { kind: 'points', raw: [cell('points')], maximum: numberOf(cell('maximum')) ?? 7 },
      tags: tagsOf({ from: cell('from') }),
      problem: { ...row, cells: asRecord(cell('problem')) },
      isGradingOf: textOf(cell('proof_id')) ?? '',
    }),
  },
  {
    name: 'ProcessBench',
    columns: ['steps', 'label', 'final_answer_correct'],
    read: (row, cell) => {
      const steps: readonly unknown[] = Array.isArray(cell('steps')) ? (cell('steps') as unknown[]) : [];
      const firstError = numberOf(cell('label'));
      return {
        id: textOf(cell('id')),
        proof: steps.every((step) => typeof step === 'string') ? steps.join('\n\n') : undefined,
        author: cell('generator'),
        grader: 'human',
        // People marked the first wrong step, counted from 0; -1 where there is none.
        grade: {
          kind: 'label',
          label: firstError === undefined ? undefined : firstError < 0,
          threshold: undefined,
        },
        tags: tagsOf({ steps: steps.length, firstError, finalAnswerCorrect: cell('final_answer_correct') }),
        problem: only(row, ['problem']),
      };
    },
  },
  {
    name: 'IMO-GradingBench',
    columns: ['grading_id', 'response', 'points'],
    read: (row, cell) => ({
      id: textOf(cell('grading_id')),
      proof: cell('response'),
      author: undefined,
      grader: 'human',
      grade: { kind: 'points', raw: [cell('points')], maximum: 7 },
      tags: tagsOf({ reward: cell('reward') }),
      problem: without(row, ['grading_id', 'response', 'points', 'reward']),
    }),
  },
  {
    name: 'ProofBench',
    columns: ['model_solution', 'expert_rating'],
    read: (row, cell) => ({
      id: undefined,
      proof: cell('model_solution'),
      author: cell('generator'),
      grader: 'human',
      grade: { kind: 'points', raw: [cell('expert_rating')], maximum: 7 },
      tags: tagsOf({ response: cell('response_number') }),
      problem: without(row, [
        'model_solution',
        'expert_rating',
        'generator',
        'generation_prompt',
        'response_number',
      ]),
    }),
  },
  {
    name: 'MathArena',
    columns: ['answer', 'points_judge_1'],
    read: (row, cell) => ({
      id: undefined,
      proof: cell('answer'),
      author: cell('model_name'),
      grader: 'human',
      grade: {
        kind: 'points',
        raw: [cell('points_judge_1'), cell('points_judge_2')].filter((points) => typeof points === 'number'),
        maximum: numberOf(cell('max_points_judge_1')),
      },
      tags: tagsOf({ attempt: cell('idx_answer') }),
      problem: only(row, ['problem_idx', 'problem', 'grading_scheme']),
    }),
  },
  {
    name: 'DeepSeek-Math-V2',
    columns: ['model_prediction', 'problem_idx', 'question'],
    read: (row, cell) => {
      const prediction = asRecord(cell('model_prediction'));
      return {
        id: undefined,
        proof: prediction.proof,
        author: 'DeepSeek-Math-V2',
        grader: 'human',
        grade: {
          kind: 'points',
          raw: [prediction.human_rating],
          maximum: maximumOf(`${cell('problem_idx')}`),
        },
        tags: tagsOf({ automaticRating: prediction.average_automatic_rating }),
        problem: without(row, ['model_prediction', 'question_original']),
      };
    },
  },
  {
    name: 'Open Proof Corpus',
    columns: ['reward_model', 'prompt', 'model_id'],
    read: (row, cell) => {
      const { statement, proof } = partsOfPrompt(cell('prompt'));
      return {
        id: undefined,
        proof,
        author: cell('model_id'),
        grader: 'human',
        // Its graders were told that a proof worth 5 of 7 points is correct.
        grade: { kind: 'label', label: asRecord(cell('reward_model')).ground_truth, threshold: 5 },
        tags: {},
        problem: {
          ...row,
          // Its scheme is the one rule of the label, the same for all, and no scheme of points.
          cells: {
            ...only(row, ['problem_id', 'solutions', 'metadata']).cells,
            problem: statement,
          },
        },
      };
    },
  },
  {
    name: 'grader benchmark',
    columns: ['points', 'details', 'answer'],
    read: (row, cell) => ofScheme(row, cell, 'answer', 'details'),
  },
  {
    name: 'grader benchmark',
    columns: ['points', 'schema_0', 'model_solution'],
    read: (row, cell) => ofScheme(row, cell, 'model_solution', 'schema_0'),
  },
];

/** A row of one's own: `problem`, `proof`, and `points` (of `maximum`, 7 if not given) or `correct`. */
const own: GradedLayout = {
  name: 'one’s own',
  columns: ['proof'],
  read: (row, cell) => {
    const label = cell('correct') ?? cell('is_correct');
    return {
      id: textOf(cell('proof_id')),
      proof: cell('proof'),
      author: cell('author') ?? cell('model'),
      grader: textOf(cell('grader')) ?? 'human',
      grade:
        label === undefined
          ? { kind: 'points', raw: [cell('points')].flat(), maximum: numberOf(cell('maximum')) ?? 7 }
          : { kind: 'label', label, threshold: numberOf(cell('threshold')) },
      tags: {},
      problem: without(row, [
        'proof',
        'proof_id',
        'points',
        'maximum',
        'correct',
        'is_correct',
        'author',
        'model',
        'grader',
      ]),
    };
  },
};

/** The form of a row, or undefined where none fits. */
export function layoutOf(row: Row): GradedLayout | undefined {
  const columns = new Set(Object.keys(row.cells).map(normalised));
  return [...layouts, own].find((layout) => layout.columns.every((column) => columns.has(column)));
}

export const knownLayouts = [...new Set(layouts.map(({ name }) => name))].join(', ');

/** The scheme of the grader benchmarks has an item per part, with the points that were given and those there are. */
function ofScheme(row: Row, cell: (name: string) => unknown, proof: string, scheme: string): GradedRow {
  const parts: readonly unknown[] = Array.isArray(cell(scheme)) ? (cell(scheme) as readonly unknown[]) : [];
  const total = parts.reduce<number>((sum, part) => {
    const { max_points, points } = asRecord(part);
    return sum + (numberOf(max_points) ?? numberOf(points) ?? 0);
  }, 0);
  const problem = without(row, [proof, scheme, 'points']);
  return {
    id: undefined,
    proof: cell(proof),
    author: cell('model_name') ?? cell('model_config'),
    grader: 'not stated',
    grade: { kind: 'points', raw: [cell('points')], maximum: total > 0 ? total : undefined },
    tags: {},
    problem: { ...problem, cells: { ...problem.cells, grading_scheme: cell(scheme) } },
  };
}

/** Full marks of the contests that DeepSeek-Math-V2 was graded on. */
function maximumOf(problem: string): number | undefined {
  if (/^(?:IMO|PB-)/.test(problem)) return 7;
  if (problem.startsWith('CMO')) return 21;
  return problem.startsWith('Putnam') ? 10 : undefined;
}

/** The corpus has problem and proof only within the prompt of a judge. */
function partsOfPrompt(prompt: unknown): { readonly statement?: string; readonly proof?: string } {
  const [first]: unknown[] = Array.isArray(prompt) ? prompt : [];
  const text = asRecord(first).content;
  if (typeof text !== 'string') return {};
  const [, statement, proof] =
    /^### Problem Statement:\s*?\n([\s\S]*?)^### Model Solution:\s*?\n([\s\S]*)$/m.exec(text) ?? [];
  return statement === undefined || proof === undefined ? {} : { statement, proof };
}

function without(row: Row, names: readonly string[]): Row {
  const kept = Object.entries(row.cells).filter(([column]) => !names.includes(normalised(column)));
  return { ...row, cells: Object.fromEntries(kept) };
}

function only(row: Row, names: readonly string[]): Row {
  const kept = Object.entries(row.cells).filter(([column]) => names.includes(normalised(column)));
  return { ...row, cells: Object.fromEntries(kept) };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function tagsOf(values: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const tags: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      tags[name] = value;
  }
  return tags;
}
