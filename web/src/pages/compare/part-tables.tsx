/** Scores by category, level, subset, contest, year or steps, tinted so that weak spots are seen before they are read. */
import { useState } from 'preact/hooks';
import type { ComparedParts, ComparedScore, ComparedSuite } from '../../../../src/view/api/compare.ts';
import { formatNumber } from '../../format.ts';
import { SystemNumber } from './score-table.tsx';
import { tint } from './tint.ts';

export function PartTables({ suite }: { readonly suite: ComparedSuite }) {
  const [tag, setTag] = useState(suite.parts[0]?.tag);
  const shown = suite.parts.find((part) => part.tag === tag) ?? suite.parts[0];
  return (
    <section class="compare-part">
      <h2>By parts of the suite</h2>
      {suite.parts.length > 1 && (
        <div class="compare-tabs" role="group" aria-label="Parts by">
          {suite.parts.map((part) => (
            <button
              key={part.tag}
              type="button"
              aria-pressed={part === shown}
              onClick={() => setTag(part.tag)}
            >
              {part.tag}
            </button>
          ))}
        </div>
      )}
      {shown !== undefined && <PartTable suite={suite} part={shown} />}
    </section>
  );
}

function PartTable({ suite, part }: { readonly suite: ComparedSuite; readonly part: ComparedParts }) {
  return (
    <div class="table-box compare-parts" tabIndex={0}>
      <table>
        <caption class="visually-hidden">
          Scores on {suite.name} by {part.tag}, percent of full marks
        </caption>
        <thead>
          <tr>
            <th scope="col">{part.tag}</th>
            {part.values.map(({ value, problems }) => (
              <th key={value} scope="col" class="number">
                {value}
                <span class="compare-detail">
                  {problems} {problems === 1 ? 'problem' : 'problems'}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {suite.systems.map((system, index) => (
            <tr key={system.key}>
              <th scope="row" class="compare-name">
                <SystemNumber number={index + 1} /> {system.name}
              </th>
              {part.values.map(({ value }, column) => (
                <Cell key={value} score={part.scores[index]?.[column] ?? null} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ score }: { readonly score: ComparedScore | null }) {
  if (score?.mean == null) return <td class="number quiet">{score === null ? '' : 'ungraded'}</td>;
  const { estimate, low, high } = score.mean;
  return (
    <td class="number" style={tint(estimate / 100)}>
      {formatNumber(estimate, 1)}
      <span class="compare-detail">
        {formatNumber(low, 0)} to {formatNumber(high, 0)}
      </span>
    </td>
  );
}
