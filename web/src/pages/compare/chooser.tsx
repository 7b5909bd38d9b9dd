/** What can be compared, by suite and run, to choose from. Open while nothing is chosen. */
import { useEffect, useState } from 'preact/hooks';
import type { ComparedSystems, SuiteChoice, SystemChoice } from '../../../../src/view/api/compare.ts';
import { Empty } from '../../parts/empty.tsx';
import { Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';

export interface ChooserProps {
  /** The selection of the address. */
  readonly systems: string | undefined;
  readonly compared: ComparedSystems | undefined;
}

/** Between the keys of a selection, as the server joins them. */
const between = '~0a';

export function Chooser({ systems, compared }: ChooserProps) {
  const { value, error, again } = useResource('compare/choices.json', {});
  const [isOpen, setIsOpen] = useState(systems === undefined);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const comparedKeys = (compared?.suites ?? []).flatMap((suite) => suite.systems.map(({ key }) => key));
  useEffect(() => setChosen(new Set(comparedKeys)), [comparedKeys.join(between)]);
  useEffect(() => setIsOpen(systems === undefined), [systems]);
  if (value === undefined) {
    if (error === undefined) return <Loading what="Looking for runs" />;
    return <Problem title="The runs could not be read" text={error} again={again} />;
  }
  if (value.suites.length === 0) return <NothingToCompare />;
  const count = chosen.size;
  const words = search.toLowerCase().split(/\s+/);
  const toggle = (key: string): void => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    setChosen(next);
  };
  return (
    <details class="compare-chooser" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        {systems === undefined
          ? 'Choose what to compare'
          : `${comparedKeys.length === 1 ? 'One system' : `${comparedKeys.length} systems`} compared; choose others`}
      </summary>
      <Fields>
        <SearchField label="Search runs, models, scaffolds" value={search} onValue={setSearch} />
        <button
          type="button"
          class="primary"
          disabled={count === 0}
          onClick={() => {
            location.hash = `#/compare/${[...chosen].join(between)}`;
          }}
        >
          {count === 0 ? 'Choose at least one' : `Compare ${count === 1 ? 'this one' : `these ${count}`}`}
        </button>
      </Fields>
      {value.isStatic && (
        <p class="quiet">
          This is an exported site: it has whole suites, whole runs and every two systems of a small suite.
          Other choices need <code>qed serve</code>.
        </p>
      )}
      {value.suites.map((suite) => (
        <SuiteChoices key={suite.key} suite={suite} words={words} chosen={chosen} toggle={toggle} />
      ))}
      {value.troubles.map(({ path, reason }) => (
        <p key={path} class="compare-trouble">
          {path}: {reason}
        </p>
      ))}
    </details>
  );
}

function SuiteChoices({
  suite,
  words,
  chosen,
  toggle,
}: {
  readonly suite: SuiteChoice;
  readonly words: readonly string[];
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (key: string) => void;
}) {
  const shown = suite.systems.filter(({ path, model, scaffold }) => {
    const text = `${suite.name} ${path} ${model} ${scaffold}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const runs = Map.groupBy(shown, ({ run }) => run);
  if (shown.length === 0) return null;
  return (
    <fieldset class="compare-suite">
      <legend>
        {suite.name} <a href={`#/compare/${suite.key}`}>all {suite.systems.length}</a>
      </legend>
      {[...runs].map(([run, systems]) => (
        <div key={run} class="compare-run">
          <RunName systems={systems} />
          <div class="compare-boxes">
            {systems.map(({ key, model, scaffold }) => (
              <label key={key}>
                <input type="checkbox" checked={chosen.has(key)} onChange={() => toggle(key)} />
                <span>
                  {model}
                  <span class="quiet"> {scaffold}</span>
                </span>
              </label>
            ))}
          </div>
        </div>
      ))}
    </fieldset>
  );
}

function RunName({ systems: [first] }: { readonly systems: readonly SystemChoice[] }) {
  if (first === undefined) return null;
  return <a href={`#/compare/${first.runKey}`}>{first.path}</a>;
}

function NothingToCompare() {
  return (
    <Empty title="There is nothing to compare yet">
      <p>
        Measure a model with <code>qed bench</code>, or let a recipe reach its stage <code>evaluate</code>.
        Every suite that was run shows up here.
      </p>
    </Empty>
  );
}
