/** What decontamination found, side by side: the row of the data and the other statement, what both have in common marked. */
import { useEffect, useState } from 'preact/hooks';
import type { DataMatch, MatchPiece } from '../../../../src/view/api/data.ts';
import { formatNumber, formatPercent } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { fetchResource, useResource } from '../../resource.ts';
import { linkTo, setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import './data.css';

const verdicts: Readonly<Record<DataMatch['verdict'], string>> = {
  contaminated: 'holds an evaluation problem',
  duplicate: 'equals another row',
  'near-miss': 'near miss, stays',
};
/** Matches in the page at once. */
const shownAtOnce = 40;

export function MatchesPage({ names, query }: PageProps) {
  const { run = '', step = '' } = names;
  const { value: steps } = useResource('data/:run/steps.json', { run });
  const { matches, isDone, error } = useMatches(run, step);
  const [search, setSearch] = useState('');
  const [most, setMost] = useState(shownAtOnce);
  const verdict = query.get('verdict') ?? '';
  const isRendered = query.get('as') === 'mathematics';
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = matches.filter(
    (match) =>
      (verdict === '' || match.verdict === verdict) &&
      words.every((word) => `${match.row} ${match.other} ${match.set ?? ''}`.toLowerCase().includes(word)),
  );
  return (
    <>
      <p class="eyebrow">
        <a href="#/data">Data</a> · <a href={linkTo('data', run)}>{steps?.path ?? run}</a>
      </p>
      <h1>Matches side by side</h1>
      <p class="data-note">
        Marked is what stands in both, four words or signs in a row; where variables were renamed, any
        variable equals any other.
      </p>
      <Fields>
        <SearchField label="Search ids" value={search} onValue={setSearch} />
        <ChoiceField
          label="Verdict"
          value={verdict}
          choices={[
            { value: '', text: 'any' },
            ...Object.entries(verdicts).map(([value, text]) => ({ value, text })),
          ]}
          onValue={(chosen) => setQuery({ verdict: chosen })}
        />
        <ChoiceField
          label="Show"
          value={isRendered ? 'mathematics' : ''}
          choices={[
            { value: '', text: 'source with marks' },
            { value: 'mathematics', text: 'mathematics' },
          ]}
          onValue={(chosen) => setQuery({ as: chosen })}
        />
      </Fields>
      {error !== undefined && <Problem title="The matches could not be read" text={error} />}
      {!isDone && error === undefined && matches.length === 0 && <Loading what="Reading matches" />}
      {isDone && found.length === 0 && <Empty title="No match of that kind" />}
      {found.length > 0 && (
        <p class="data-count" role="status">
          {formatNumber(found.length)} of {formatNumber(matches.length)} matches{isDone ? '' : ' so far'}
        </p>
      )}
      {found.slice(0, most).map((match) => (
        <MatchView key={match.number} match={match} isRendered={isRendered} />
      ))}
      {found.length > most && (
        <button type="button" onClick={() => setMost(most + shownAtOnce)}>
          Show more of {formatNumber(found.length - most)}
        </button>
      )}
    </>
  );
}

function MatchView({ match, isRendered }: { readonly match: DataMatch; readonly isRendered: boolean }) {
  const { verdict, row, set, other, isRenamed, measure, score, coverage, passages, rendered } = match;
  return (
    <article class="data-match" aria-label={`${row} and ${other}`}>
      <header>
        <span class={`data-chip ${verdict}`}>{verdicts[verdict]}</span>
        <span class="quiet">
          {measure} {formatNumber(score, 1)} of 100{isRenamed && ', variables renamed'}, holds{' '}
          {formatPercent(Math.min(1, coverage))} of the other
        </span>
      </header>
      <div class="data-sides">
        <section>
          <h3>{row}</h3>
          {isRendered && rendered !== null && <Markup of={rendered.row} />}
          {!isRendered && passages !== null && <Passage pieces={passages.row} />}
          {passages === null && <p class="quiet">The whole statement.</p>}
        </section>
        <section>
          <h3>
            {other} {set !== null && <span class="quiet">{set}</span>}
          </h3>
          {isRendered && rendered !== null && <Markup of={rendered.other} />}
          {!isRendered && passages !== null && <Passage pieces={passages.other} />}
          {passages === null && <p class="quiet">The whole statement, the same.</p>}
        </section>
      </div>
    </article>
  );
}

function Passage({ pieces }: { readonly pieces: readonly MatchPiece[] }) {
  return (
    <p class="data-passage">
      {pieces.map(({ text, isCommon }, index) =>
        isCommon ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
      )}
    </p>
  );
}

/** All pages one after the other; matches are few beside rows. */
function useMatches(
  run: string,
  step: string,
): { readonly matches: readonly DataMatch[]; readonly isDone: boolean; readonly error: string | undefined } {
  const [matches, setMatches] = useState<readonly DataMatch[]>([]);
  const [isDone, setIsDone] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isOver = false;
    const read = async (): Promise<void> => {
      const all: DataMatch[] = [];
      for (let page = 0; !isOver; page += 1) {
        const answer = await fetchResource('data/:run/matches/:step/:page.json', {
          run,
          step,
          page: `${page}`,
        });
        if (isOver) return;
        all.push(...answer.matches);
        setMatches([...all]);
        setIsDone(answer.isLast);
        if (answer.isLast) return;
      }
    };
    read().catch((reason: unknown) => {
      if (!isOver) setError(reason instanceof Error ? reason.message : String(reason));
    });
    return () => {
      isOver = true;
    };
  }, [run, step]);
  return { matches, isDone, error };
}
