/**
 * Costs per unit from what several pieces of work took: seconds ≈ a·x + b·y with a and b of at least 0, by least squares of
 * the relative error.
 */
export interface Work {
  readonly x: number;
  readonly y: number;
  readonly seconds: number;
}

/** Where the works are too alike to tell the two costs apart, all is the cost of y. */
export function linearCost(works: readonly Work[]): { a: number; b: number } {
  const rows = works
    .filter(({ seconds }) => seconds > 0)
    .map(({ x, y, seconds }) => ({ x: x / seconds, y: y / seconds }));
  const sum = (of: (row: { x: number; y: number }) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const [xx, xy, yy] = [sum(({ x }) => x * x), sum(({ x, y }) => x * y), sum(({ y }) => y * y)];
  const [x1, y1] = [sum(({ x }) => x), sum(({ y }) => y)];
  const onlyX = { a: xx > 0 ? x1 / xx : 0, b: 0 };
  const onlyY = { a: 0, b: yy > 0 ? y1 / yy : 0 };
  const determinant = xx * yy - xy * xy;
  if (determinant <= 1e-9 * xx * yy) return yy > 0 ? onlyY : onlyX;
  const [a, b] = [(x1 * yy - y1 * xy) / determinant, (y1 * xx - x1 * xy) / determinant];
  if (a < 0) return onlyY;
  return b < 0 ? onlyX : { a, b };
}
