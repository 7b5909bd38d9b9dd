/** Try: a problem, a model, a scaffold and a budget; what it would take; then the search itself. */
import { useState } from 'preact/hooks';
import type { TryChoices, TryRequest, TryRun } from '../../../../src/view/api/try.ts';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { post, useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import { Plan } from './plan.tsx';
import { ScaffoldField } from './scaffold-field.tsx';
import { usePlan, usePreview, useRequest } from './try-form.ts';
import './try.css';

export function TryPage() {
  const { value, error, again } = useResource('try/choices.json', {});
  if (value === undefined) {
    if (error === undefined) return <Loading what="Looking for models" />;
    return <Problem title="Nothing can be tried" text={error} again={again} />;
  }
  return <Form choices={value} />;
}

function Form({ choices }: { readonly choices: TryChoices }) {
  const [request, change] = useRequest();
  const planned = usePlan(request, choices.canRun);
  const preview = usePreview(choices.canRun ? request.problem : '');
  const [trouble, setTrouble] = useState<string>();
  const [isStarting, setStarting] = useState(false);
  const start = async (): Promise<void> => {
    setStarting(true);
    setTrouble(undefined);
    try {
      const { run } = (await post('try/start', request)) as TryRun;
      location.hash = linkTo('try', run);
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
      setStarting(false);
    }
  };
  return (
    <>
      <h1>Try a model</h1>
      <p class="quiet try-lede">
        The search runs on the machine of the server, in a run directory of its own: nothing of it is lost,
        and the same again goes on from there.
      </p>
      {choices.whyNot !== null && <Problem title="Nothing can be run here" text={choices.whyNot} />}
      <form
        class="try-form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <div class="try-asked">
          <ProblemField request={request} change={change} choices={choices} />
          {preview !== undefined && (
            <section class="try-preview" aria-label="The problem as it will be read">
              <Markup of={preview} />
            </section>
          )}
          <ModelField request={request} change={change} choices={choices} />
          <ScaffoldField
            scaffolds={choices.scaffolds}
            value={request.scaffold}
            onValue={(scaffold) => change({ scaffold })}
          />
          <Limits request={request} change={change} />
        </div>
        <Plan
          planned={planned}
          trouble={trouble}
          canStart={choices.canRun && planned.plan !== undefined && !planned.isPlanning && !isStarting}
          isEmpty={request.problem.trim() === '' || request.model.trim() === ''}
        />
      </form>
    </>
  );
}

interface FieldProps {
  readonly request: TryRequest;
  readonly change: (fields: Partial<TryRequest>) => void;
  readonly choices: TryChoices;
}

function ProblemField({ request, change, choices: { problemFiles } }: FieldProps) {
  const choose = (value: string): void => {
    const [file, id] = JSON.parse(value === '' ? '[]' : value) as [string?, string?];
    const found = problemFiles.find((one) => one.file === file)?.problems.find((one) => one.id === id);
    if (found !== undefined) change({ problem: found.statement });
  };
  return (
    <>
      <label class="field try-wide">
        <span>Problem, with mathematics between dollars</span>
        <textarea
          rows={6}
          value={request.problem}
          placeholder="Prove that $\sqrt{2}$ is irrational."
          onInput={(event) => change({ problem: event.currentTarget.value })}
        />
      </label>
      {problemFiles.length > 0 && (
        <label class="field">
          <span>or one of a file</span>
          <select value="" onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">choose …</option>
            {problemFiles.map(({ file, problems, more }) => (
              <optgroup key={file} label={more > 0 ? `${file} (the first ${problems.length})` : file}>
                {problems.map(({ id }) => (
                  <option key={id} value={JSON.stringify([file, id])}>
                    {id}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
      )}
    </>
  );
}

const groups = { checkpoints: 'Checkpoints of these runs', presets: 'Presets' } as const;

function ModelField({ request, change, choices: { models } }: FieldProps) {
  const known = models.find(({ spec }) => spec === request.model);
  return (
    <>
      <div class="try-row">
        <label class="field">
          <span>Model</span>
          <select
            value={known?.spec ?? ''}
            onChange={(event) => change({ model: event.currentTarget.value })}
          >
            <option value="">{request.model === '' ? 'choose …' : 'another'}</option>
            {(['checkpoints', 'presets'] as const).map((group) => (
              <optgroup key={group} label={groups[group]}>
                {models
                  .filter((model) => model.group === group)
                  .map(({ spec, title, detail }) => (
                    <option key={spec} value={spec}>
                      {title}
                      {detail === '' ? '' : `, ${detail}`}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </label>
        <label class="field try-grow">
          <span>or what qed prove --model takes</span>
          <input
            value={request.model}
            placeholder="openai:http://127.0.0.1:8000/v1#MODEL"
            onInput={(event) => change({ model: event.currentTarget.value })}
          />
        </label>
      </div>
      {known?.missing != null && <p class="try-hint try-bad">{known.missing}</p>}
      <details class="try-hint" open={request.roles !== ''}>
        <summary>Other models for roles of the scaffold</summary>
        <label class="field try-wide">
          <span>ROLE=MODEL, a line each; the roles are in the plan</span>
          <textarea
            rows={2}
            value={request.roles}
            placeholder="verify=openai:http://127.0.0.1:8000/v1#JUDGE"
            onInput={(event) => change({ roles: event.currentTarget.value })}
          />
        </label>
      </details>
    </>
  );
}

function Limits({ request, change }: Pick<FieldProps, 'request' | 'change'>) {
  return (
    <div class="try-row">
      <label class="field">
        <span>Budget: tokens, dollars, time</span>
        <input
          value={request.budget}
          placeholder="200k tokens, $2, 10m"
          onInput={(event) => change({ budget: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>Tokens of a reply at most</span>
        <input
          type="number"
          min={1}
          value={request.maxTokens ?? ''}
          placeholder="the model’s"
          onInput={({ currentTarget: { value } }) =>
            change({ maxTokens: value === '' ? null : Math.round(Number(value)) })
          }
        />
      </label>
      <label class="field">
        <span>Attempts</span>
        <input
          type="number"
          min={1}
          max={64}
          value={request.attempts}
          onInput={({ currentTarget: { value } }) => change({ attempts: Math.round(Number(value)) || 1 })}
        />
      </label>
      <label class="field">
        <span>It asks for</span>
        <select
          value={request.asks}
          onChange={({ currentTarget: { value } }) =>
            change({ asks: value === 'answer' ? 'answer' : 'proof' })
          }
        >
          <option value="proof">a proof</option>
          <option value="answer">an answer</option>
        </select>
      </label>
    </div>
  );
}
