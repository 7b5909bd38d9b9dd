/** Cells and columns of the tables of a calibration. */
import type { Cell, Column, NumberCell } from '../../bench/tables/table.ts';
import type { ClusterEstimate } from '../../stats/cluster-bootstrap.ts';

export function left(heading: string): Column {
  return { heading, align: 'left' };
}

export function right(heading: string): Column {
  return { heading, align: 'right' };
}

/** Nothing where the figure cannot be computed. */
export function estimateCell(value: ClusterEstimate | undefined, digits: number, scale = 1): Cell {
  if (value === undefined) return null;
  const { estimate, interval } = value;
  return {
    ...{ value: scale * estimate, digits },
    ...(interval === undefined ? {} : { low: scale * interval.low, high: scale * interval.high }),
  };
}

export function number(value: number | undefined, digits: number, unit?: '$'): NumberCell | null {
  return value === undefined ? null : { value, digits, unit };
}
