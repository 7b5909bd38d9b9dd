/** The problem and the proof as mathematics; the solution on request; in a queue that settles, what was given before. */
import type { BlindItem } from '../../../../src/view/api/grades.ts';
import { formatCount } from '../../format.ts';
import { Markup } from '../../parts/markup.tsx';

export interface ReadingProps {
  readonly item: BlindItem;
  readonly hasReference: boolean;
  readonly onReference: (isOpen: boolean) => void;
}

export function Reading({ item, hasReference, onReference }: ReadingProps) {
  const { statement, solutions, guidelines, answer, proof, characters, system, before, scheme } = item;
  return (
    <div class="grade-reading">
      <section aria-label="Problem">
        <h2>Problem</h2>
        <Markup of={statement} />
        {answer !== null && <p class="quiet">Final answer: {answer}</p>}
      </section>
      {solutions.length > 0 && (
        <details open={hasReference} onToggle={(event) => onReference(event.currentTarget.open)}>
          <summary>Reference solution</summary>
          {solutions.map((solution, index) => (
            <Markup key={`${index}`} of={solution} />
          ))}
        </details>
      )}
      {guidelines !== null && (
        <details open={scheme === null}>
          <summary>Guidelines</summary>
          <Markup of={guidelines} />
        </details>
      )}
      {before.length > 0 && (
        <section aria-label="Grades before" class="grade-before">
          <h2>What was given before</h2>
          <ul>
            {before.map(({ by, points, comment }) => (
              <li key={by}>
                <b>
                  {by}: {points}
                </b>
                {comment !== '' && <span> {comment}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="Proof">
        <h2>
          Proof{' '}
          <small class="quiet">
            {system === null ? '' : `${system} · `}
            {formatCount(characters)} characters
          </small>
        </h2>
        {proof === null ? (
          <p class="quiet">The attempt has no proof: it ended before one was written.</p>
        ) : (
          <Markup of={proof} />
        )}
      </section>
    </div>
  );
}
