/** Score against what it takes: a mark with its interval for each system, and the front that nothing cheaper beats. */
import { useState } from 'preact/hooks';
import type { ComparedSuite } from '../../../../src/view/api/compare.ts';
import { formatCount, formatDollars, formatNumber } from '../../format.ts';
import { useWidth } from './use-width.ts';

interface Mark {
  readonly index: number;
  readonly name: string;
  readonly cost: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly isFront: boolean;
}

const height = 380;
const edges = { left: 44, right: 24, top: 12, bottom: 44 };

export function CostChart({ suite }: { readonly suite: ComparedSuite }) {
  const { front, systems } = suite;
  const [isMoney, setIsMoney] = useState(front.dollars !== null);
  const [picked, setPicked] = useState<number | undefined>(undefined);
  const onFront = (isMoney ? front.dollars : front.tokens) ?? [];
  const marks = systems.flatMap((system, index): Mark[] => {
    const { mean } = system.score;
    const cost = isMoney ? system.cost?.dollars : system.cost?.tokens;
    if (mean === null || cost == null || cost <= 0) return [];
    const { estimate, low, high } = mean;
    return [{ index, name: system.name, cost, score: estimate, low, high, isFront: onFront.includes(index) }];
  });
  if (marks.length < 2) return null;
  const shown = marks.find(({ index }) => index === picked);
  const costText = (cost: number): string => (isMoney ? formatDollars(cost) : `${formatCount(cost)} tokens`);
  return (
    <section class="compare-part">
      <h2>Score against cost</h2>
      <p class="compare-note">
        {isMoney ? 'Dollars' : 'Reply tokens'} of one attempt at one problem, on a logarithmic axis. Nothing
        cheaper beats the systems on the dashed line.
      </p>
      {front.dollars !== null && (
        <div class="compare-tabs" role="group" aria-label="What it takes">
          <button type="button" aria-pressed={!isMoney} onClick={() => setIsMoney(false)}>
            Tokens
          </button>
          <button type="button" aria-pressed={isMoney} onClick={() => setIsMoney(true)}>
            Dollars
          </button>
        </div>
      )}
      <Drawing marks={marks} picked={picked} pick={setPicked} isMoney={isMoney} />
      <p class="compare-readout" aria-live="polite">
        {shown === undefined
          ? 'Point at a mark for its figures.'
          : `${shown.index + 1}  ${shown.name}: ${formatNumber(shown.score, 1)} (${formatNumber(shown.low, 1)} to ${formatNumber(shown.high, 1)}) for ${costText(shown.cost)}${shown.isFront ? '; nothing cheaper is better' : ''}`}
      </p>
    </section>
  );
}

function Drawing({
  marks,
  picked,
  pick,
  isMoney,
}: {
  readonly marks: readonly Mark[];
  readonly picked: number | undefined;
  readonly pick: (index: number | undefined) => void;
  readonly isMoney: boolean;
}) {
  const [box, width] = useWidth(720);
  const [least, most] = [
    Math.min(...marks.map(({ cost }) => cost)),
    Math.max(...marks.map(({ cost }) => cost)),
  ];
  const [from, to] = [Math.log10(least / 1.4), Math.log10(most * 1.4)];
  const inner = width - edges.left - edges.right;
  const x = (cost: number): number => edges.left + (inner * (Math.log10(cost) - from)) / (to - from || 1);
  const y = (score: number): number =>
    edges.top + ((height - edges.top - edges.bottom) * (100 - score)) / 100;
  const front = marks.filter(({ isFront }) => isFront).toSorted((a, b) => a.cost - b.cost);
  return (
    <div ref={box} class="compare-cost">
      <svg
        width={width}
        height={height}
        role="group"
        aria-label={`Score against ${isMoney ? 'dollars' : 'tokens'} of ${marks.length} systems`}
      >
        {[0, 20, 40, 60, 80, 100].map((score) => (
          <g key={score}>
            <line class="compare-grid" x1={edges.left} x2={width - edges.right} y1={y(score)} y2={y(score)} />
            <text class="compare-tick" x={edges.left - 8} y={y(score) + 4} text-anchor="end">
              {score}
            </text>
          </g>
        ))}
        {ticks(from, to, inner).map((cost) => (
          <g key={cost}>
            <line class="compare-grid" x1={x(cost)} x2={x(cost)} y1={edges.top} y2={height - edges.bottom} />
            <text class="compare-tick" x={x(cost)} y={height - edges.bottom + 18} text-anchor="middle">
              {isMoney ? `$${cost}` : formatTick(cost)}
            </text>
          </g>
        ))}
        <text class="compare-tick" x={edges.left + inner / 2} y={height - 6} text-anchor="middle">
          {isMoney ? 'dollars an attempt' : 'reply tokens an attempt'}
        </text>
        <polyline
          class="compare-front"
          points={front.map(({ cost, score }) => `${x(cost)},${y(score)}`).join(' ')}
        />
        {marks.map((mark) => {
          const { index, name, cost, score, low, high, isFront } = mark;
          return (
            <g
              key={index}
              class={`compare-mark${isFront ? ' front' : ''}${picked === index ? ' picked' : ''}`}
              tabIndex={0}
              role="button"
              aria-pressed={picked === index}
              aria-label={`${index + 1} ${name}: ${formatNumber(score, 1)} percent for ${isMoney ? formatDollars(cost) : `${formatCount(cost)} tokens`}`}
              onPointerEnter={() => pick(index)}
              onFocus={() => pick(index)}
              onClick={() => pick(index)}
            >
              <circle class="compare-target" cx={x(cost)} cy={y(score)} r="16" />
              <line x1={x(cost)} x2={x(cost)} y1={y(low)} y2={y(high)} />
              <circle class="compare-dot" cx={x(cost)} cy={y(score)} r="5" />
              <text x={x(cost) + 8} y={y(score) - 8}>
                {index + 1}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** 1, 2 and 5 times powers of ten; powers alone where there is no room. */
function ticks(from: number, to: number, pixels: number): number[] {
  const steps = pixels / (to - from || 1) > 150 ? [1, 2, 5] : [1];
  const found: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power += 1) {
    for (const step of steps) {
      const value = Number((step * 10 ** power).toPrecision(3));
      if (Math.log10(value) >= from && Math.log10(value) <= to) found.push(value);
    }
  }
  return found;
}

function formatTick(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : `${value}`;
}
