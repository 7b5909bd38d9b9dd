/**
 * Where gradings of the same proofs differ: between problems, between proofs of one problem, between judges, and what is
 * left, a judge's disagreement with itself and its opinions of single proofs. Random effects with judges crossed, any
 * number of gradings anywhere, by Henderson's method III: reductions in sums of squares when problems, proofs and then
 * judges are fitted, set equal to what they are on average (Searle, Casella and McCulloch 1992, section 5.5). In a
 * complete table this is the analysis of variance.
 */

export interface Grading {
  readonly judge: string;
  readonly grade: number;
}

/**
 * Variances in points², never below 0. Absent is what the gradings cannot tell: that of judges where there is one, or no
 * proof has two; that of proofs where each problem has one, which is then part of the problems'; that of problems where
 * there is one.
 */
export interface GradingVariance {
  readonly problem: number | undefined;
  readonly proof: number | undefined;
  readonly judge: number | undefined;
  readonly residual: number;
}

/** By problem, proof and grading. Absent where no proof is graded often enough to leave a residual. */
export function gradingVariance(
  gradings_P_R_G: readonly (readonly (readonly Grading[])[])[],
): GradingVariance | undefined {
  const all = gradings_P_R_G.flat(2);
  const judges = new Map([...new Set(all.map(({ judge }) => judge))].map((judge, j) => [judge, j]));
  // Sums of squares are of deviations from the mean, which keeps their differences exact.
  const centre = all.reduce((sum, { grade }) => sum + grade, 0) / Math.max(1, all.length);
  const sumUp = (gradings: readonly Grading[]) => cellOf(gradings, judges, centre);
  const problems = gradings_P_R_G.map((gradings_R_G) => sumUp(gradings_R_G.flat()));
  const proofs = gradings_P_R_G
    .flat()
    .filter(({ length }) => length > 0)
    .map(sumUp);
  const total = sumUp(all);
  const n = total.count;

  const fittedJudges = fitJudges(total, proofs);
  const squares = all.reduce((sum, { grade }) => sum + (grade - centre) ** 2, 0);
  const freedom = n - proofs.length - fittedJudges.rank;
  if (freedom < 1) return undefined;
  const residual = Math.max(0, (squares - reduction(proofs) - fittedJudges.reduction) / freedom);

  const judge =
    fittedJudges.rank === 0
      ? undefined
      : (fittedJudges.reduction - fittedJudges.rank * residual) / fittedJudges.trace;
  const [perProof, perProblem, inAll] = [proofs, problems, [total]].map(sameJudge);
  // Σ over problems of Σ over its proofs of n², over n of the problem.
  let sameProof = 0;
  gradings_P_R_G.forEach((gradings_R_G, p) => {
    const count = problems[p]?.count ?? 0;
    for (const { length } of gradings_R_G) sameProof += count === 0 ? 0 : length ** 2 / count;
  });
  const graded = problems.filter(({ count }) => count > 0);
  const proof =
    proofs.length === graded.length
      ? undefined
      : (reduction(proofs) -
          reduction(problems) -
          (judge ?? 0) * ((perProof ?? 0) - (perProblem ?? 0)) -
          residual * (proofs.length - graded.length)) /
        (n - sameProof);
  const problem =
    graded.length < 2
      ? undefined
      : (reduction(problems) -
          reduction([total]) -
          (proof ?? 0) * (sameProof - proofs.reduce((sum, { count }) => sum + count ** 2, 0) / n) -
          (judge ?? 0) * ((perProblem ?? 0) - (inAll ?? 0)) -
          residual * (graded.length - 1)) /
        (n - graded.reduce((sum, { count }) => sum + count ** 2, 0) / n);
  return { problem: floor(problem), proof: floor(proof), judge: floor(judge), residual };
}

function floor(variance: number | undefined): number | undefined {
  return variance === undefined ? undefined : Math.max(0, variance);
}

/** The gradings of a proof, of a problem, or all: how many, their sum, and both by judge. */
interface Cell {
  readonly count: number;
  readonly sum: number;
  readonly count_J: Float64Array;
  readonly sum_J: Float64Array;
}

function cellOf(gradings: readonly Grading[], judges: ReadonlyMap<string, number>, centre: number): Cell {
  const count_J = new Float64Array(judges.size);
  const sum_J = new Float64Array(judges.size);
  let sum = 0;
  for (const { judge, grade } of gradings) {
    const j = judges.get(judge) ?? 0;
    count_J[j] = (count_J[j] ?? 0) + 1;
    sum_J[j] = (sum_J[j] ?? 0) + grade - centre;
    sum += grade - centre;
  }
  return { count: gradings.length, sum, count_J, sum_J };
}

/** Reduction in the sum of squares by fitting a mean to each cell. */
function reduction(cells: readonly Cell[]): number {
  return cells.reduce((total, { count, sum }) => total + (count === 0 ? 0 : sum ** 2 / count), 0);
}

/** Σ over cells of Σ over judges of n², over n of the cell. */
function sameJudge(cells: readonly Cell[]): number {
  return cells.reduce(
    (total, { count, count_J }) =>
      total + (count === 0 ? 0 : count_J.reduce((sum, n) => sum + n * n, 0) / count),
    0,
  );
}

/**
 * Further reduction by fitting judges after proofs. The normal equations, with the proofs taken out, are eliminated by
 * the largest diagonal element: each step is one judge told apart from those before, and gives its share.
 */
function fitJudges(
  { count_J, sum_J }: Cell,
  proofs: readonly Cell[],
): { reduction: number; rank: number; trace: number } {
  const judges = count_J.length;
  const matrix = Array.from(count_J, (count, j) => {
    const row = new Float64Array(judges);
    row[j] = count;
    return row;
  });
  const right = Float64Array.from(sum_J);
  for (const proof of proofs) {
    for (let j = 0; j < judges; j += 1) {
      const share = (proof.count_J[j] ?? 0) / proof.count;
      if (share === 0) continue;
      right[j] = (right[j] ?? 0) - share * proof.sum;
      const row = matrix[j] ?? new Float64Array();
      for (let k = 0; k < judges; k += 1) row[k] = (row[k] ?? 0) - share * (proof.count_J[k] ?? 0);
    }
  }
  const diagonal = () => matrix.map((row, j) => row[j] ?? 0);
  const trace = diagonal().reduce((sum, value) => sum + value, 0);
  const result = { reduction: 0, rank: 0, trace };
  for (;;) {
    const candidates = diagonal();
    const largest = Math.max(0, ...candidates);
    if (largest <= 1e-9 * trace || largest === 0) return result;
    const pivot = candidates.indexOf(largest);
    const column = matrix.map((row) => row[pivot] ?? 0);
    const value = right[pivot] ?? 0;
    result.reduction += value ** 2 / largest;
    result.rank += 1;
    column.forEach((factor, j) => {
      right[j] = (right[j] ?? 0) - (factor * value) / largest;
      const row = matrix[j] ?? new Float64Array();
      column.forEach((other, k) => {
        row[k] = (row[k] ?? 0) - (factor * other) / largest;
      });
    });
  }
}
