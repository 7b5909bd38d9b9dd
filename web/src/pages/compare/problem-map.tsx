/** Problems by systems as a map of scores: where systems differ is seen at once, and every cell leads to its proofs. */
import { useMemo, useState } from 'preact/hooks';
import type { ComparedProblem, ComparedSuite } from '../../../../src/view/api/compare.ts';
import { formatNumber } from '../../format.ts';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { SystemNumber } from './score-table.tsx';
import type { SuiteSectionProps } from './suite-section.tsx';
import { tint } from './tint.ts';
import { useProblems } from './use-problems.ts';

interface Row {
  readonly problem: ComparedProblem;
  /** Mean points by system; null where nothing is graded. */
  readonly means: readonly (number | null)[];
}

const notAttempted = -1;

export function ProblemMap({ suite, number, systems }: SuiteSectionProps) {
  const { problems, error } = useProblems(systems, number, suite.problemPages);
  const [order, setOrder] = useState('suite');
  const [first, setFirst] = useState('0');
  const [second, setSecond] = useState(`${Math.min(1, suite.systems.length - 1)}`);
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState<string | undefined>(undefined);
  const rows = useMemo(
    () => problems?.map((problem): Row => ({ problem, means: problem.points.map(meanOf) })),
    [problems],
  );
  const shown = useMemo(
    () => (rows === undefined ? [] : sorted(filtered(rows, search), order, Number(first), Number(second))),
    [rows, search, order, first, second],
  );
  const choices = suite.systems.map(({ name }, index) => ({
    value: `${index}`,
    text: `${index + 1} ${name}`,
  }));
  const isPaired = order === 'difference';
  return (
    <section class="compare-part">
      <h2>Problem by problem</h2>
      <p class="compare-note">
        Mean points of 7 of the attempts at each problem; dotted: no grade. Open a problem for its attempts
        and their proofs.
      </p>
      <Fields>
        <SearchField label="Search problems" value={search} onValue={setSearch} />
        <ChoiceField label="Order" value={order} choices={orders(suite)} onValue={setOrder} />
        {isPaired && <ChoiceField label="of" value={first} choices={choices} onValue={setFirst} />}
        {isPaired && <ChoiceField label="over" value={second} choices={choices} onValue={setSecond} />}
      </Fields>
      {error !== undefined && <Problem title="The problems could not be read" text={error} />}
      {rows === undefined && error === undefined && <Loading what="Reading problems" />}
      {rows !== undefined && (
        <div class="compare-map" style={{ '--systems': `${suite.systems.length}` }}>
          <Head suite={suite} />
          <VirtualList
            count={shown.length}
            label={`${shown.length} problems`}
            rowHeight={37}
            class="compare-map-list"
            row={(index) => {
              const row = shown[index];
              if (row === undefined) return null;
              const { id } = row.problem;
              return (
                <MapRow
                  row={row}
                  suite={suite}
                  isOpen={opened === id}
                  toggle={() => setOpened(opened === id ? undefined : id)}
                />
              );
            }}
          />
          {shown.length === 0 && <p class="quiet">No problem matches.</p>}
        </div>
      )}
    </section>
  );
}

function Head({ suite }: { readonly suite: ComparedSuite }) {
  return (
    <div class="compare-map-row compare-map-head" aria-hidden="true">
      <span class="quiet">problem</span>
      {suite.systems.map(({ key, name }, index) => (
        <span key={key} title={name} class="compare-map-number">
          <SystemNumber number={index + 1} />
        </span>
      ))}
    </div>
  );
}

function MapRow({
  row: { problem, means },
  suite,
  isOpen,
  toggle,
}: {
  readonly row: Row;
  readonly suite: ComparedSuite;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}) {
  const said = means
    .map((mean, s) => `${suite.systems[s]?.name}: ${mean === null ? 'no grade' : formatNumber(mean, 1)}`)
    .join(', ');
  return (
    <div class="compare-map-item">
      <div class="compare-map-row">
        <button
          type="button"
          class="compare-map-problem"
          aria-expanded={isOpen}
          aria-label={`${problem.id}. ${said}`}
          title={problem.excerpt}
          onClick={toggle}
        >
          {problem.id}
        </button>
        {means.map((mean, s) => (
          <MapCell key={suite.systems[s]?.key} mean={mean} problem={problem} suite={suite} s={s} />
        ))}
      </div>
      {isOpen && <Opened problem={problem} suite={suite} />}
    </div>
  );
}

function MapCell({
  mean,
  problem,
  suite,
  s,
}: {
  readonly mean: number | null;
  readonly problem: ComparedProblem;
  readonly suite: ComparedSuite;
  readonly s: number;
}) {
  const name = suite.systems[s]?.name;
  const attempts = problem.points[s] ?? [];
  if (attempts.length === 0) return <span class="compare-map-cell none" title={`${name} was not asked`} />;
  const address = proofAddress(
    problem,
    suite,
    s,
    Math.max(
      0,
      attempts.findIndex((points) => points !== notAttempted),
    ),
  );
  const text = mean === null ? '' : formatNumber(mean, mean % 1 === 0 ? 0 : 1);
  const title = `${name}: ${attempts.map(pointsText).join(', ')}`;
  const style = mean === null ? undefined : tint(mean / 7);
  const kind = `compare-map-cell${mean === null ? ' ungraded' : ''}`;
  if (address === undefined) {
    return (
      <span class={kind} style={style} title={title}>
        {text}
      </span>
    );
  }
  // By keyboard the attempts are reached in the row when it is open: nobody wants a thousand stops.
  return (
    <a
      class={kind}
      style={style}
      title={title}
      href={address}
      tabIndex={-1}
      aria-label={text === '' ? title : undefined}
    >
      {text}
    </a>
  );
}

/** The attempts of every system, each a link to its proof. */
function Opened({ problem, suite }: { readonly problem: ComparedProblem; readonly suite: ComparedSuite }) {
  const tags = Object.entries(problem.tags);
  return (
    <div class="compare-opened">
      <p class="compare-excerpt">{problem.excerpt}</p>
      {tags.length > 0 && <p class="quiet">{tags.map(([name, value]) => `${name} ${value}`).join(' · ')}</p>}
      <ul>
        {suite.systems.map((system, s) => {
          const attempts = problem.points[s] ?? [];
          if (attempts.length === 0) return null;
          return (
            <li key={system.key}>
              <span class="compare-opened-name">
                <SystemNumber number={s + 1} /> {system.name}
              </span>
              <span class="compare-attempts">
                {attempts.map((points, attempt) => {
                  const address =
                    points === notAttempted ? undefined : proofAddress(problem, suite, s, attempt);
                  const text = pointsText(points);
                  return address === undefined ? (
                    <span key={attempt}>{text}</span>
                  ) : (
                    <a key={attempt} href={address} aria-label={`Attempt ${attempt + 1}: ${text} of 7`}>
                      {text}
                    </a>
                  );
                })}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function proofAddress(
  problem: ComparedProblem,
  suite: ComparedSuite,
  s: number,
  attempt: number,
): string | undefined {
  const [stem, run] = [problem.proofs[s], suite.systems[s]?.run];
  return stem == null || run === undefined ? undefined : `#/runs/${run}/proofs/${stem}${attempt}`;
}

function pointsText(points: number | null): string {
  if (points === null) return 'no grade';
  return points === notAttempted ? 'not made' : formatNumber(points, points % 1 === 0 ? 0 : 2);
}

function meanOf(points: readonly (number | null)[]): number | null {
  const graded = points.filter((value): value is number => value !== null && value !== notAttempted);
  return graded.length === 0 ? null : graded.reduce((sum, value) => sum + value, 0) / graded.length;
}

function orders({ systems }: ComparedSuite): { readonly value: string; readonly text: string }[] {
  return [
    { value: 'suite', text: 'as in the suite' },
    ...(systems.length > 1
      ? [
          { value: 'difference', text: 'gain of one system over another' },
          { value: 'spread', text: 'where systems differ most' },
        ]
      : []),
    { value: 'hard', text: 'hardest first' },
    { value: 'easy', text: 'easiest first' },
  ];
}

function filtered(rows: readonly Row[], search: string): readonly Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return rows;
  return rows.filter(({ problem: { id, excerpt, tags } }) => {
    const text = `${id} ${excerpt} ${Object.values(tags).join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Problems of which it cannot be said come last. */
function sorted(rows: readonly Row[], order: string, first: number, second: number): readonly Row[] {
  if (order === 'suite') return rows;
  const keyed = rows.map((row) => ({ row, key: keyOf(row, order, first, second) }));
  return keyed.toSorted((a, b) => b.key - a.key).map(({ row }) => row);
}

function keyOf({ means }: Row, order: string, first: number, second: number): number {
  const known = means.filter((mean) => mean !== null);
  if (known.length === 0) return Number.NEGATIVE_INFINITY;
  if (order === 'difference') {
    const [a, b] = [means[first], means[second]];
    return a == null || b == null ? Number.NEGATIVE_INFINITY : a - b;
  }
  if (order === 'spread') return Math.max(...known) - Math.min(...known);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return order === 'hard' ? -mean : mean;
}
