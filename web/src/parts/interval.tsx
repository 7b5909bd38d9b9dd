/** An estimate with its 95 % interval: as text, and as a bar on a common scale. */
import { formatNumber } from '../format.ts';

export interface IntervalProps {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly digits?: number;
  readonly unit?: string;
  /** Ends of the scale that the bar is drawn on; no bar without. */
  readonly scale?: readonly [least: number, most: number];
}

export function Interval({ mean, interval, digits = 1, unit = '', scale }: IntervalProps) {
  const [low, high] = interval ?? [mean, mean];
  const text = interval === null ? '' : `${formatNumber(low, digits)} to ${formatNumber(high, digits)}`;
  return (
    <span class="interval" title={text === '' ? undefined : `95 % interval ${text}`}>
      <span class="interval-mean">
        {formatNumber(mean, digits)}
        {unit}
      </span>
      {text !== '' && <span class="interval-ends">{text}</span>}
      {scale !== undefined && <Bar mean={mean} low={low} high={high} scale={scale} />}
    </span>
  );
}

function Bar({
  mean,
  low,
  high,
  scale: [least, most],
}: {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly scale: readonly [number, number];
}) {
  const at = (value: number): number =>
    (100 * (Math.min(most, Math.max(least, value)) - least)) / (most - least || 1);
  return (
    <svg class="interval-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" x2="100" y1="4" y2="4" class="interval-scale" />
      <line x1={at(low)} x2={at(high)} y1="4" y2="4" class="interval-range" />
      <rect x={at(mean) - 1} width="2" y="0.5" height="7" class="interval-point" />
    </svg>
  );
}
