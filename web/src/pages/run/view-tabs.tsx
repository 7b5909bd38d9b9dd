/** The views of a run. Each has an address, so they are links. */
import { addressOf } from '../../route.ts';

export interface RunView {
  readonly id: string;
  readonly title: string;
}

export function ViewTabs({
  views,
  shown,
}: {
  readonly views: readonly RunView[];
  readonly shown: string | undefined;
}) {
  return (
    <nav class="run-tabs" aria-label="Views of this run">
      {views.map(({ id, title }) => (
        <a key={id} href={addressWith('view', id)} aria-current={id === shown ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}

/** The address of now with one question answered otherwise. */
export function addressWith(name: string, value: string): string {
  const { path, query } = addressOf(location.hash);
  query.set(name, value);
  return `#/${path}?${query.toString()}`;
}
