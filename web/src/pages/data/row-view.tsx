/** One row to read: a problem with its scheme and difficulty, a text to train on, or a sample that left. */
import type { DataProblemRow, DataRowPage } from '../../../../src/view/api/data.ts';
import { formatNumber, formatPercent } from '../../format.ts';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { SchemeView } from './scheme-view.tsx';

export interface RowViewProps {
  readonly run: string;
  readonly part: string;
  readonly line: string;
}

export function RowView({ run, part, line }: RowViewProps) {
  const { value, error, again } = useResource('data/:run/parts/:part/rows/:line.json', { run, part, line });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading the row" />;
    return <Problem title="This row could not be read" text={error} again={again} />;
  }
  return (
    <article class="data-row" aria-label={`Row ${line}`}>
      <Row row={value} />
    </article>
  );
}

function Row({ row }: { readonly row: DataRowPage }) {
  if (row.kind === 'damaged') {
    return (
      <>
        <h2>Line {row.line} is damaged</h2>
        <p class="data-trouble">{row.reason}</p>
        <pre class="data-source" tabIndex={0}>
          {row.text}
        </pre>
      </>
    );
  }
  return (
    <>
      <h2>{row.id}</h2>
      {row.kind === 'problem' && <ProblemRow row={row} />}
      {row.kind === 'text' &&
        row.messages.map(({ role, content }, index) => (
          <section key={index} class="data-message">
            <h3>{role}</h3>
            <Markup of={content} />
          </section>
        ))}
      {row.kind === 'sample' && (
        <p class="data-because">
          <span class="data-chip">{row.reason}</span> {row.detail}
        </p>
      )}
      <dl class="data-facts">
        {row.facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function ProblemRow({ row }: { readonly row: DataProblemRow }) {
  const { dropped, statement, solutions, comments, scheme, guidelines, difficulty, review } = row;
  return (
    <>
      {dropped !== null && (
        <div class="data-because">
          <p>
            <span class="data-chip">{dropped.reason}</span> {dropped.title}
          </p>
          <p class="data-evidence">{dropped.detail}</p>
          {dropped.isMarked && <p class="data-detail">The piece is marked in the text.</p>}
        </div>
      )}
      <Markup of={statement} class="prose data-statement" />
      {difficulty !== null && <DifficultyView difficulty={difficulty} />}
      {review !== null && (
        <p class="data-detail">
          Reviewed by {review.model}: no fault found
          {review.difficulty !== null && `, difficulty ${review.difficulty} of 10`}
          {review.computational !== null &&
            `, ${review.computational ? 'computational' : 'not computational'}`}
          .
        </p>
      )}
      {scheme !== null && <SchemeView scheme={scheme} />}
      {guidelines !== null && <Folded title="Marking guidelines" texts={[guidelines]} isOpen />}
      <Folded
        title="Solution"
        texts={solutions}
        isOpen={dropped?.isMarked === true && !statement.includes('<mark>')}
      />
      <Folded title="Comment" texts={comments} isOpen={false} />
    </>
  );
}

function Folded({
  title,
  texts,
  isOpen,
}: {
  readonly title: string;
  readonly texts: DataProblemRow['solutions'];
  readonly isOpen: boolean;
}) {
  return (
    <>
      {texts.map((text, index) => (
        <details key={index} class="data-folded" open={isOpen}>
          <summary>
            {title}
            {texts.length > 1 && ` ${index + 1} of ${texts.length}`}
          </summary>
          <Markup of={text} />
        </details>
      ))}
    </>
  );
}

/** How often which points were given, as a small row of bars. */
function DifficultyView({ difficulty }: { readonly difficulty: NonNullable<DataProblemRow['difficulty']> }) {
  const { meanReward, interval, solved, attempts, ungraded, model, judge, points } = difficulty;
  const counts = Array.from(
    { length: 8 },
    (_, grade) => points.filter((given) => given !== null && Math.floor(given) === grade).length,
  );
  const most = Math.max(1, ...counts);
  return (
    <section class="data-difficulty">
      <h3>Difficulty</h3>
      <p>
        Mean reward {formatNumber(meanReward, 2)} ({formatNumber(interval[0], 2)} to{' '}
        {formatNumber(interval[1], 2)});{' '}
        {solved === null
          ? `${attempts} attempts`
          : `${solved} of ${attempts} attempts with full marks, ${formatPercent(solved / attempts)}`}
        {ungraded > 0 && `; ${ungraded} without a grade`}.
      </p>
      {points.length > 0 && (
        <div
          class="data-grades"
          role="img"
          aria-label={`Attempts by points: ${counts.map((count, grade) => `${grade}: ${count}`).join(', ')}`}
        >
          {counts.map((count, grade) => (
            <span key={grade}>
              <i style={{ height: `${(40 * count) / most}px` }} />
              {grade}
            </span>
          ))}
        </div>
      )}
      <p class="data-detail">
        {model}, graded by {judge}
      </p>
    </section>
  );
}
