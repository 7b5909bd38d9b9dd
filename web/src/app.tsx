/** The shell: a bar with the sections, the choice of light and dark, and the page of the address. */
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Page, type PageProps, pages, sections } from './pages/pages.ts';
import { Loading } from './parts/loading.tsx';
import { NeedsServer } from './parts/needs-server.tsx';
import { Problem } from './parts/problem.tsx';
import { SchemeChoice } from './parts/scheme-choice.tsx';
import { matchRoute, useAddress } from './route.ts';
import { isStaticSite } from './static.ts';

export function App() {
  const { path, query } = useAddress();
  const found = pageOf(path);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  // Another page begins at its top, and whoever reads with the ears is there too.
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
    scrollTo(0, 0);
  }, [path]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <header class="bar">
        <a class="bar-name" href="#/">
          QED<span aria-hidden="true">∎</span>
        </a>
        <nav aria-label="Sections">
          {sections.map(({ id, title, address }) => (
            <a key={id} href={address} aria-current={found?.page.section === id ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <SchemeChoice />
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {found === undefined ? (
          <Problem
            title="There is no such page"
            text={`Nothing is at #/${path}.`}
            way={{ text: 'All runs', address: '#/' }}
          />
        ) : found.page.needsServer !== undefined && isStaticSite() ? (
          <NeedsServer title={found.page.needsServer} />
        ) : (
          <Shown key={found.page.pattern} page={found.page} names={found.names} query={query} />
        )}
      </main>
    </>
  );
}

function pageOf(path: string): { page: Page; names: Record<string, string> } | undefined {
  for (const page of pages) {
    const names = matchRoute(page.pattern, path);
    if (names !== undefined) return { page, names };
  }
  return undefined;
}

function Shown({ page, names, query }: { readonly page: Page } & PageProps) {
  const [component, setComponent] = useState<{ readonly of: ComponentType<PageProps> } | undefined>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    page.load().then((loaded) => setComponent({ of: loaded }), setError);
  }, [page]);
  if (error !== undefined) {
    return <Problem title="This page could not be loaded" text={String(error)} />;
  }
  if (component === undefined) return <Loading />;
  const { of: Component } = component;
  return <Component names={names} query={query} />;
}
