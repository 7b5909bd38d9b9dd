/**
 * From rows to graded proofs. A row without a grade is counted and left out: it is no 0. A row whose grade is off its
 * scale, or whose problem or proof is not there, is a fault and left out.
 */
import type { Problem } from '../problem.ts';
import { normalised } from '../suites/columns.ts';
import { readRow } from '../suites/read-row.ts';
import type { SuiteFault } from '../suites/suite.ts';
import { SuiteError } from '../suites/suite-error.ts';
import type { Row } from '../tables/row.ts';
import { type GradedLayout, type GradedRow, knownLayouts, layoutOf, numberOf } from './graded-layouts.ts';
import type { GradedProof, HumanGrade } from './graded-proof.ts';
import { Gradings } from './gradings.ts';

export interface ReadGradedRows {
  readonly proofs: readonly GradedProof[];
  readonly ungraded: number;
  readonly faults: readonly SuiteFault[];
}

/** `name` is for messages. Throws a SuiteError for rows of no form that is known. */
export async function readGradedRows(name: string, rows: AsyncIterable<Row>): Promise<ReadGradedRows> {
  const proofs: GradedProof[] = [];
  const faults: SuiteFault[] = [];
  const problems = new Map<string, Problem>();
  const ids = new Set<string>();
  const gradings = new Gradings();
  let ungraded = 0;
  let number = 0;
  for await (const row of rows) {
    number += 1;
    const layout = layoutOf(row);
    if (layout === undefined) throw unknownForm(name, row);
    const exclude = (problem: string, detail: string): void => {
      faults.push({
        problem,
        at: row.at,
        field: '',
        kind: 'invalid',
        severity: 'corrupt',
        action: 'excluded',
        detail,
      });
    };
    if (row.misfit !== undefined) {
      exclude(row.at, `it has ${row.misfit.values.length} cells where the header has ${row.misfit.expected}`);
      continue;
    }
    const graded = read(layout, row);
    if (isWithoutGrade(graded)) {
      if (graded.isGradingOf === undefined) ungraded += 1;
      else gradings.takeBack(graded.isGradingOf, graded.grader);
      continue;
    }
    const { problem, faults: ofProblem } = readRow(graded.problem, number, Object.keys(row.cells));
    const grade = gradeOf(graded);
    if (problem === undefined) {
      exclude(row.at, `its problem cannot be read: ${ofProblem.map(({ detail }) => detail).join('; ')}`);
      continue;
    }
    // The Open Proof Corpus has a row (izho_2010_1) whose statement reads "First solution.".
    if (/^(?:(?:first|second) )?solution\W*$/i.test(problem.statement)) {
      exclude(problem.id, `its statement reads ${JSON.stringify(problem.statement)}, which is no problem`);
      continue;
    }
    if (typeof grade === 'string') {
      exclude(problem.id, grade);
      continue;
    }
    // An empty proof is a proof, since somebody graded it; one that is no text is none.
    if (typeof graded.proof !== 'string') {
      exclude(problem.id, 'its proof is missing or is not text');
      continue;
    }
    if (graded.isGradingOf !== undefined && grade.kind === 'points') {
      const known = gradings.add(graded.isGradingOf, graded.grader, grade, graded.proof);
      if (known === 'another-proof')
        exclude(problem.id, `its proof is not that of earlier lines with the proof_id ${graded.isGradingOf}`);
      if (known !== 'new') continue;
    }
    const author = typeof graded.author === 'string' && graded.author !== '' ? graded.author : undefined;
    const id = unique(graded.id ?? [problem.id, author].filter((part) => part !== undefined).join('/'), ids);
    proofs.push({
      id,
      problem: shared(problem, problems),
      proof: graded.proof,
      grade,
      grader: graded.grader,
      author,
      tags: graded.tags,
    });
  }
  const merged = proofs.map((proof) => gradings.of(proof));
  return {
    proofs: merged.filter((proof) => proof !== undefined),
    ungraded: ungraded + gradings.withoutGrade,
    faults,
  };
}

function read(layout: GradedLayout, row: Row): GradedRow {
  const cells = new Map(Object.entries(row.cells).map(([column, value]) => [normalised(column), value]));
  return layout.read(row, (name) => cells.get(name));
}

function unknownForm(name: string, row: Row): SuiteError {
  const columns = Object.keys(row.cells).join(', ');
  return new SuiteError(
    `${name}: ${row.at} is no graded proof of a form that is known: it has the columns ${columns}; known are ` +
      `${knownLayouts}, and one's own with problem, proof and points or correct`,
  );
}

function isWithoutGrade({ grade }: GradedRow): boolean {
  const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';
  return grade.kind === 'label' ? isMissing(grade.label) : grade.raw.every(isMissing);
}

/** The grade, or what is wrong with it. */
function gradeOf({ grade }: GradedRow): HumanGrade | string {
  if (grade.kind === 'label') {
    const label = typeof grade.label === 'string' ? grade.label.trim().toLowerCase() : grade.label;
    const isCorrect = [true, 1, 'correct', 'true'].some((word) => word === label);
    const isIncorrect = [false, 0, 'incorrect', 'false'].some((word) => word === label);
    const { threshold } = grade;
    if (isCorrect || isIncorrect)
      return { kind: 'label', isCorrect, ...(threshold === undefined ? {} : { threshold }) };
    return `its label is ${JSON.stringify(grade.label)}, where correct or incorrect is expected`;
  }
  const { maximum } = grade;
  if (maximum === undefined || !(maximum > 0)) return 'nothing says what full marks are';
  const ratings: number[] = [];
  for (const raw of grade.raw) {
    const points = numberOf(raw);
    if (points === undefined || points < 0 || points > maximum) {
      return `its points are ${JSON.stringify(raw)}, where 0 to ${maximum} is expected`;
    }
    ratings.push(maximum === 7 ? points : (points * 7) / maximum);
  }
  const points = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
  return { kind: 'points', points, ratings, maximum };
}

/** Equal problems of several proofs are one object. */
function shared(problem: Problem, problems: Map<string, Problem>): Problem {
  const key = `${problem.id}\n${problem.statement}`;
  const known = problems.get(key);
  if (known !== undefined) return known;
  problems.set(key, problem);
  return problem;
}

function unique(wanted: string, ids: Set<string>): string {
  let id = wanted;
  for (let count = 2; ids.has(id); count += 1) id = `${wanted}#${count}`;
  ids.add(id);
  return id;
}
