/** The choice of another run of a recipe in the same folder. */
import { ChoiceField } from '../../parts/field.tsx';
import { useResource } from '../../resource.ts';

export interface OtherRunProps {
  readonly label: string;
  /** Not offered itself. */
  readonly run: string;
  readonly value: string;
  /** Choices that come before the runs. */
  readonly first?: readonly { readonly value: string; readonly text: string }[];
  readonly onValue: (run: string) => void;
}

export function OtherRun({ label, run, value, first = [], onValue }: OtherRunProps) {
  const { value: list } = useResource('runs.json', {});
  const others = list?.runs.filter(({ id, kind }) => kind === 'recipe' && id !== run) ?? [];
  if (others.length + first.length === 0) return null;
  const choices = [
    { value: '', text: first.length === 0 ? 'no other run' : 'nothing' },
    ...first,
    ...others
      .map(({ id, path }) => ({ value: id, text: path }))
      .sort((a, b) => a.text.localeCompare(b.text, 'en', { numeric: true })),
  ];
  return <ChoiceField label={label} value={value} choices={choices} onValue={onValue} />;
}
