/**
 * Figures as lines of text, one a figure, in columns of fixed width: so a group can be printed as soon as it is
 * measured and still stands under the heading of the first.
 */
import type { Figure } from './figure.ts';

const widths = { name: 50, value: 10, unit: 11, spread: 17, goal: 9, met: 4 } as const;

export function figureHeading(): string {
  return line({ name: 'figure', value: 'median', unit: 'unit', spread: 'spread', goal: 'goal', met: 'met' });
}

export function figureLine({ name, value, unit, lowest, highest, quality, goal, met }: Figure): string {
  return line({
    name: `  ${name}`,
    value: `${quality === 'disturbed' ? '~' : ''}${readable(value)}`,
    unit,
    spread: lowest === undefined || highest === undefined ? '' : `${readable(lowest)}–${readable(highest)}`,
    goal: goal === undefined ? '' : 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`,
    met: goal === undefined ? '' : met === undefined ? '?' : met ? 'yes' : 'no',
  });
}

function line(cells: Record<keyof typeof widths, string>): string {
  const { name, value, unit, spread, goal, met } = cells;
  const text = [
    name.padEnd(widths.name),
    value.padStart(widths.value),
    unit.padEnd(widths.unit),
    spread.padEnd(widths.spread),
    goal.padEnd(widths.goal),
    met.padEnd(widths.met),
  ];
  return text.join(' ').trimEnd();
}

/** Three or four significant digits, thousands with a comma. */
function readable(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}
