/** A new queue: which proofs, how many of them, and what graders see. */
import { useState } from 'preact/hooks';
import type { GradeSource, NewQueue, NewQueueReply, QueueChoice } from '../../../../src/view/api/grades.ts';
import { ChoiceField, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { post, useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';

const choices: readonly { readonly value: QueueChoice['kind']; readonly text: string }[] = [
  { value: 'per-problem', text: 'some of each problem' },
  { value: 'per-band', text: 'some of each band of the judge’s points' },
  { value: 'judges-disagree', text: 'where judges disagree or could not be read' },
  { value: 'ungraded', text: 'only those without a grade' },
  { value: 'all', text: 'all of them' },
];

export function NewQueueForm({ onCancel }: { readonly onCancel: () => void }) {
  const { value, error, again } = useResource('grades/sources.json', {});
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const [title, setTitle] = useState('');
  const [kind, setKind] = useState<QueueChoice['kind']>('per-problem');
  const [count, setCount] = useState(1);
  const [limit, setLimit] = useState(30);
  const [seed, setSeed] = useState(1);
  const [showsReference, setShowsReference] = useState(true);
  const [showsSystems, setShowsSystems] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [isMaking, setIsMaking] = useState(false);
  if (error !== undefined) return <Problem title="The folder cannot be read" text={error} again={again} />;
  if (value === undefined) return <Loading what="Looking for proofs" />;
  const make = async (event: Event): Promise<void> => {
    event.preventDefault();
    const choose: QueueChoice = kind === 'per-problem' || kind === 'per-band' ? { kind, count } : { kind };
    const asked: NewQueue = {
      ...{ title: title.trim() === '' ? 'Grading' : title, sources: [...chosen], seed, choose },
      ...{ showsSystems, showsReference, limit: limit > 0 ? limit : null },
    };
    setIsMaking(true);
    try {
      const { queue } = (await post('grades/queues', asked)) as NewQueueReply;
      location.hash = linkTo('grade', queue);
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
      setIsMaking(false);
    }
  };
  const words = search.toLowerCase().split(/\s+/);
  const shown = value.sources.filter(({ title: name, detail, kind: what }) =>
    words.every((word) => `${name} ${detail} ${what}`.toLowerCase().includes(word)),
  );
  const toggle = ({ source }: GradeSource): void => {
    const next = new Set(chosen);
    if (!next.delete(source)) next.add(source);
    setChosen(next);
  };
  return (
    <form class="grade-new" onSubmit={(event) => void make(event)} aria-label="New queue">
      <h2>New queue</h2>
      <div class="fields">
        <label class="field">
          <span>Title</span>
          <input
            type="text"
            name="title"
            maxLength={120}
            value={title}
            autofocus
            placeholder="Grading"
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </label>
        <SearchField label="Find proofs" value={search} onValue={setSearch} />
      </div>
      <fieldset class="grade-sources">
        <legend>Proofs of {chosen.size > 0 && <b>{chosen.size} chosen</b>}</legend>
        {shown.length === 0 && (
          <p class="quiet">
            {value.sources.length === 0
              ? 'There is no run and no file with proofs in the folder: qed bench, qed prove and qed run make some.'
              : 'Nothing is called that.'}
          </p>
        )}
        {shown.map((source) => (
          <label key={source.source}>
            <input type="checkbox" checked={chosen.has(source.source)} onChange={() => toggle(source)} />
            <span>
              {source.title} <span class="grade-kind">{source.kind}</span>
              <small>{source.detail}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="fields">
        <ChoiceField
          label="Draw"
          value={kind}
          choices={choices}
          onValue={(next) => setKind(next as QueueChoice['kind'])}
        />
        {(kind === 'per-problem' || kind === 'per-band') && (
          <NumberField label="of each" least={1} value={count} onValue={setCount} />
        )}
        <NumberField label="At most (0: no limit)" least={0} value={limit} onValue={setLimit} />
        <NumberField label="Seed" least={0} value={seed} onValue={setSeed} />
      </div>
      <div class="grade-checks">
        <label>
          <input
            type="checkbox"
            checked={showsReference}
            onChange={() => setShowsReference(!showsReference)}
          />{' '}
          show reference solutions
        </label>
        <label>
          <input type="checkbox" checked={showsSystems} onChange={() => setShowsSystems(!showsSystems)} />{' '}
          mark proofs of one system alike (System A, B …); the first impression of a system then colours the
          rest
        </label>
      </div>
      {trouble !== '' && (
        <p role="alert" class="grade-trouble">
          {trouble}
        </p>
      )}
      <p>
        <button type="submit" class="primary" disabled={chosen.size === 0 || isMaking}>
          {isMaking ? 'Drawing …' : 'Make the queue'}
        </button>{' '}
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </form>
  );
}

function NumberField({
  label,
  value,
  least,
  onValue,
}: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly onValue: (value: number) => void;
}) {
  return (
    <label class="field grade-number">
      <span>{label}</span>
      <input
        type="number"
        min={least}
        step={1}
        value={value}
        onInput={(event) => {
          const next = event.currentTarget.valueAsNumber;
          if (Number.isInteger(next) && next >= least) onValue(next);
        }}
      />
    </label>
  );
}
