/** A scaffold as a spec, with what there is to say in it. */
import type { TryScaffold } from '../../../../src/view/api/try.ts';

export interface ScaffoldFieldProps {
  readonly scaffolds: readonly TryScaffold[];
  readonly value: string;
  readonly onValue: (spec: string) => void;
}

export function ScaffoldField({ scaffolds, value, onValue }: ScaffoldFieldProps) {
  const name = /^[a-z-]+/.exec(value.trim())?.[0] ?? '';
  const chosen = scaffolds.find((one) => one.name === name);
  return (
    <>
      <div class="try-row">
        <label class="field">
          <span>Scaffold</span>
          <select
            value={chosen?.name ?? ''}
            onChange={({ currentTarget }) =>
              onValue(
                scaffolds.find((one) => one.name === currentTarget.value)?.examples[0] ?? currentTarget.value,
              )
            }
          >
            {chosen === undefined && <option value="">another</option>}
            {scaffolds.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <label class="field try-grow">
          <span>with its settings</span>
          <input value={value} onInput={(event) => onValue(event.currentTarget.value)} />
        </label>
      </div>
      {chosen !== undefined && (
        <details class="try-hint">
          <summary>
            {chosen.summary} ({chosen.source})
          </summary>
          {chosen.settings.length > 0 && (
            <dl class="try-settings">
              {chosen.settings.map((setting) => (
                <div key={setting.name}>
                  <dt>
                    <code>{setting.name}</code>
                    {setting.default !== null && <span class="quiet"> = {setting.default}</span>}
                  </dt>
                  <dd>
                    {setting.description} {setting.expects}
                  </dd>
                </div>
              ))}
            </dl>
          )}
          {chosen.presets.map((preset) => (
            <p key={preset.name}>
              <button
                type="button"
                class="try-link"
                onClick={() => onValue(`${chosen.name}(preset=${preset.name})`)}
              >
                preset={preset.name}
              </button>{' '}
              <span class="quiet">{preset.settings}</span>
            </p>
          ))}
          {chosen.takesSolver && (
            <p class="quiet">
              <code>solver=</code> names the scaffold that writes the first proofs.
            </p>
          )}
        </details>
      )}
    </>
  );
}
