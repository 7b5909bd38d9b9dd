/** The frozen recipe by field, with search, defaults and what each is for; and where another run's differs. */
import { useState } from 'preact/hooks';
import type { RecipeField, RunOverview } from '../../../../src/view/api/run.ts';
import { Empty } from '../../parts/empty.tsx';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { setQuery } from '../../route.ts';
import { OtherRun } from './other-run.tsx';
import { differences, type FieldPair, inSections } from './recipe-fields.ts';

export function Configuration({
  overview,
  query,
}: {
  readonly overview: RunOverview;
  readonly query: URLSearchParams;
}) {
  const { value, error, again } = useResource('runs/:run/recipe.json', { run: overview.id });
  const over = query.get('over')?.replace(/^@.*/, '') ?? '';
  const other = useResource('runs/:run/recipe.json', over === '' ? undefined : { run: over });
  const [search, setSearch] = useState('');
  const which = query.get('fields') ?? 'all';
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading the recipe" />;
    return <Problem title="The recipe could not be read" text={error} again={again} />;
  }
  const pairs =
    other.value === undefined
      ? value.fields.map((field) => ({ field, other: undefined }))
      : differences(value.fields, other.value.fields);
  // Until the other is read nothing is known of it, not even that a field is absent.
  const hasOther = other.value !== undefined;
  const words = search.toLowerCase().split(/\s+/);
  const shown = pairs.filter(
    ({ field }) =>
      (which !== 'set' || field.standard !== field.value) &&
      words.every((word) =>
        `${field.path} ${field.value} ${field.meaning ?? ''}`.toLowerCase().includes(word),
      ),
  );
  return (
    <section aria-label="Configuration">
      <Fields>
        <SearchField label="Search" value={search} onValue={setSearch} />
        <ChoiceField
          label="Fields"
          value={which}
          choices={[
            { value: 'all', text: 'all' },
            { value: 'set', text: 'other than the default' },
          ]}
          onValue={(fields) => setQuery({ fields })}
        />
        <OtherRun
          label="Differences to"
          run={overview.id}
          value={over}
          onValue={(chosen) => setQuery({ over: chosen })}
        />
      </Fields>
      {other.error !== undefined && <Problem title="The other recipe could not be read" text={other.error} />}
      {over !== '' && !hasOther && other.error === undefined && <Loading what="Reading the other recipe" />}
      {shown.length === 0 ? (
        <Empty title={hasOther ? 'No difference' : 'No field matches'}>
          <p>
            {hasOther ? 'The two recipes say the same in every field that is asked for.' : 'Search for less.'}
          </p>
        </Empty>
      ) : (
        inSections(shown).map(({ name, pairs: own }) => (
          <Section key={name} name={name} pairs={own} hasOther={hasOther} />
        ))
      )}
      <details class="run-yaml">
        <summary>recipe.yaml</summary>
        <pre tabIndex={0}>{value.text}</pre>
      </details>
    </section>
  );
}

function Section({
  name,
  pairs,
  hasOther,
}: {
  readonly name: string;
  readonly pairs: readonly FieldPair[];
  readonly hasOther: boolean;
}) {
  return (
    <details class="run-section" open>
      <summary>
        <h3>{name}</h3>{' '}
        <span class="quiet">{pairs.length === 1 ? 'one field' : `${pairs.length} fields`}</span>
      </summary>
      <div class="table-box" role="region" aria-label={`Fields of ${name}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">{hasOther ? 'This run' : 'Value'}</th>
              {hasOther && <th scope="col">The other</th>}
              <th scope="col">What it is for</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map(({ field, other }) => (
              <tr key={field.path}>
                <th scope="row" class="run-field">
                  {field.path}
                </th>
                <td class="run-value">
                  <Value field={field} />
                </td>
                {hasOther && <td class="run-value">{other ?? 'absent'}</td>}
                <td class="run-meaning">{field.meaning?.replaceAll('`', '') ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Value({ field: { value, standard } }: { readonly field: RecipeField }) {
  if (standard === null || standard === value) return <>{value}</>;
  return (
    <>
      <b>{value}</b> <span class="quiet">default {standard === '' ? 'empty' : standard}</span>
    </>
  );
}
