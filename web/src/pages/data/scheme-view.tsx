/** A grading scheme: checkpoints with their points in chains of which the best counts, deductions and limits. */
import type { DataScheme } from '../../../../src/view/api/data.ts';
import type { SafeHtml } from '../../../../src/view/api/safe-html.ts';
import { Markup } from '../../parts/markup.tsx';

export function SchemeView({ scheme }: { readonly scheme: DataScheme }) {
  const { chains, zeroCredit, deductions, limits, notes, by } = scheme;
  return (
    <section class="data-scheme">
      <h3>Grading scheme</h3>
      {by !== null && <p class="data-detail">written by {by}</p>}
      {chains.map(({ name, checkpoints }, chain) => (
        <div key={chain}>
          {(chains.length > 1 || name !== '') && (
            <h4>
              {chain === 0 ? '' : 'or: '}
              {name === '' ? 'first way' : name}
            </h4>
          )}
          <ol>
            {checkpoints.map(({ id, points, kind, description }) => (
              <Item key={id} points={`${points}`} label={id} kind={kind} text={description} />
            ))}
          </ol>
        </div>
      ))}
      {chains.length > 1 && <p class="data-detail">Only the way that earns most counts.</p>}
      {deductions.length + limits.length > 0 && (
        <ol>
          {deductions.map(({ points, cap, description }, index) => (
            <Item
              key={index}
              points={`−${points}`}
              label={cap === null ? '' : `at most ${cap} in all`}
              kind={null}
              text={description}
            />
          ))}
          {limits.map(({ points, description }, index) => (
            <Item key={`limit ${index}`} points={`≤ ${points}`} label="" kind={null} text={description} />
          ))}
        </ol>
      )}
      {zeroCredit.length > 0 && (
        <>
          <h4>No credit for</h4>
          <ol>
            {zeroCredit.map((text, index) => (
              <Item key={index} points="0" label="" kind={null} text={text} />
            ))}
          </ol>
        </>
      )}
      {notes !== null && <Markup of={notes} />}
    </section>
  );
}

function Item({
  points,
  label,
  kind,
  text,
}: {
  readonly points: string;
  readonly label: string;
  readonly kind: string | null;
  readonly text: SafeHtml;
}) {
  return (
    <li>
      <span class="data-points">{points}</span>
      <div>
        {(label !== '' || kind !== null) && (
          <span class="data-detail">
            {label}
            {kind !== null && ` · ${kind}`}
          </span>
        )}
        <Markup of={text} />
      </div>
    </li>
  );
}
