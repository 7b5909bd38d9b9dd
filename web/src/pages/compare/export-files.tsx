/** The tables as Markdown, LaTeX, CSV or JSON: to look at, to copy, to save. */
import { useState } from 'preact/hooks';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';

const formats = [
  { id: 'markdown', title: 'Markdown', file: 'comparison.md', type: 'text/markdown' },
  { id: 'latex', title: 'LaTeX', file: 'comparison.tex', type: 'application/x-tex' },
  { id: 'csv', title: 'CSV', file: 'comparison.csv', type: 'text/csv' },
  { id: 'json', title: 'JSON', file: 'comparison.json', type: 'application/json' },
] as const;

export function ExportFiles({ systems }: { readonly systems: string }) {
  const [chosen, setChosen] = useState<(typeof formats)[number] | undefined>(undefined);
  const [said, setSaid] = useState('');
  const { value, error } = useResource(
    'compare/:systems/files.json',
    chosen === undefined ? undefined : { systems },
  );
  const text = chosen === undefined ? undefined : value?.[chosen.id];
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text ?? '');
      setSaid('Copied.');
    } catch {
      setSaid('The browser does not let this page copy; choose the text and copy it.');
    }
  };
  return (
    <section class="compare-part">
      <h2>Take the tables with you</h2>
      <div class="compare-tabs" role="group" aria-label="Format">
        {formats.map((format) => (
          <button
            key={format.id}
            type="button"
            aria-pressed={format === chosen}
            onClick={() => {
              setChosen(format === chosen ? undefined : format);
              setSaid('');
            }}
          >
            {format.title}
          </button>
        ))}
      </div>
      {error !== undefined && <Problem title="The tables could not be made" text={error} />}
      {chosen !== undefined && text === undefined && error === undefined && (
        <Loading what="Making the tables" />
      )}
      {chosen !== undefined && text !== undefined && (
        <>
          <div class="compare-file-actions">
            <button type="button" onClick={() => void copy()}>
              Copy
            </button>
            <button type="button" onClick={() => save(text, chosen.file, chosen.type)}>
              Save as {chosen.file}
            </button>
            <span role="status" class="quiet">
              {said}
            </span>
          </div>
          <pre class="compare-file" tabIndex={0}>
            {text}
          </pre>
        </>
      )}
    </section>
  );
}

function save(text: string, file: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = file;
  link.click();
  URL.revokeObjectURL(address);
}
