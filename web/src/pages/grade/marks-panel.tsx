/** The points of a proof, line by line: a key or a click gives them. The marked line is the one that a digit goes to. */
import type { SchemeView } from '../../../../src/view/api/grades.ts';
import { Markup } from '../../parts/markup.tsx';
import type { Draft } from './draft.ts';
import { givenIn, type Row } from './rows.ts';

export interface MarksProps {
  readonly scheme: SchemeView | null;
  readonly rows: readonly Row[];
  readonly active: number;
  readonly draft: Draft;
  readonly sum: number | undefined;
  readonly onActive: (index: number) => void;
  readonly onValue: (row: Row, value: number | null) => void;
}

export function MarksPanel(props: MarksProps) {
  const { scheme, rows } = props;
  const line = (row: Row) => <Line key={row.key} row={row} index={rows.indexOf(row)} {...props} />;
  const ofKind = (kind: Row['kind']) => rows.filter((row) => row.kind === kind);
  const inChain = (chain: SchemeView['chains'][number]) =>
    rows.filter((row) => chain.checkpoints.some(({ key }) => key === row.key && row.kind === 'checkpoint'));
  return (
    <div class="grade-marks">
      {scheme?.chains.map((chain, index) => (
        <section key={`${index}`} aria-label={chain.name ?? 'Checkpoints'}>
          <h3>
            {chain.name === null
              ? 'Checkpoints'
              : `${index === 0 ? 'Checkpoints' : 'Another way'}: ${chain.name}`}
          </h3>
          {inChain(chain).map(line)}
        </section>
      ))}
      {scheme !== null && scheme.zeroCredit.length > 0 && (
        <details class="grade-aside">
          <summary>No credit for</summary>
          <ul>
            {scheme.zeroCredit.map((markup, index) => (
              <li key={`${index}`}>
                <Markup of={markup} class="grade-text" />
              </li>
            ))}
          </ul>
        </details>
      )}
      {ofKind('deduction').length > 0 && (
        <section aria-label="Deductions">
          <h3>Deductions</h3>
          {ofKind('deduction').map(line)}
        </section>
      )}
      {ofKind('limit').length > 0 && (
        <section aria-label="Limits">
          <h3>Limits</h3>
          {ofKind('limit').map(line)}
        </section>
      )}
      {scheme?.notes != null && (
        <details class="grade-aside">
          <summary>Notes of the scheme</summary>
          <Markup of={scheme.notes} class="grade-text" />
        </details>
      )}
      <section aria-label="Points" class="grade-total">
        <h3>Points</h3>
        {ofKind('total').map(line)}
        {ofKind('confidence').map(line)}
      </section>
    </div>
  );
}

function Line({
  row,
  index,
  active,
  draft,
  sum,
  scheme,
  onActive,
  onValue,
}: MarksProps & { readonly row: Row; readonly index: number }) {
  const value = givenIn(draft, row);
  const isActive = index === active;
  const name = nameOf(row, scheme !== null);
  const whole = Array.from({ length: Math.floor(row.most) - row.least + 1 }, (_, step) => step + row.least);
  const values = [...new Set([...whole, row.most, ...(value === null ? [] : [value])])].sort((x, y) => x - y);
  return (
    <div
      class={`grade-line${isActive ? ' active' : ''}${value === null ? '' : ' given'} ${row.kind}`}
      onPointerDown={() => onActive(index)}
    >
      <div class="grade-line-head">
        <span class="grade-line-name">
          {isActive && <span class="visually-hidden">marked: </span>}
          {name}
        </span>
        <div
          class="grade-points"
          role="radiogroup"
          aria-label={`${name}${row.part === undefined ? '' : `, ${row.most} at most`}`}
        >
          {row.kind === 'limit' ? (
            <button
              type="button"
              aria-pressed={value === 1}
              onClick={() => onValue(row, value === 1 ? null : 1)}
            >
              {value === 1 ? 'holds' : 'does not hold'}
            </button>
          ) : (
            values.map((step) => (
              <button
                key={step}
                type="button"
                role="radio"
                aria-checked={value === step}
                class={row.kind === 'total' && value === null && sum === step ? 'sum' : undefined}
                onClick={() => onValue(row, value === step ? null : step)}
              >
                {row.kind === 'deduction' && step > 0 ? `−${step}` : step}
              </button>
            ))
          )}
        </div>
      </div>
      {row.part !== undefined && <Markup of={row.part.description} class="grade-text" />}
    </div>
  );
}

function nameOf({ kind, part, most }: Row, hasScheme: boolean): string {
  if (kind === 'total') return hasScheme ? 'Instead of the sum' : 'Of 7';
  if (kind === 'confidence') return 'How sure (1 – 5)';
  if (part === undefined) return '';
  if (kind === 'limit') return `${part.id} · at most ${part.points}`;
  const shown = kind === 'checkpoint' ? part.points : most;
  return `${part.id} · ${kind === 'deduction' ? 'minus up to ' : ''}${shown}${part.kind === null ? '' : ` · ${part.kind}`}`;
}
