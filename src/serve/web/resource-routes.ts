/**
 * The resources as routes. An answer has a tag that changes when it may have changed, so that asking again for what is the
 * same costs neither reading nor sending; answers that are asked for at once are read once.
 */
import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import { packageVersion } from '../../recipe/package-version.ts';
import type { Api } from '../../view/api/api.ts';
import type { Resource } from '../../view/resource.ts';
import { resources } from '../../view/resources.ts';
import type { Workplace } from '../../view/workplace.ts';

/** A resource without the types of its path. */
export interface AnyResource {
  read(workplace: Workplace, names: Readonly<Record<string, string>>): Promise<unknown>;
  instances(
    workplace: Workplace,
  ): AsyncIterable<Readonly<Record<string, string>>> | Iterable<Readonly<Record<string, string>>>;
  revision?(workplace: Workplace, names: Readonly<Record<string, string>>): Promise<string>;
}

/** Answers kept, as text. */
const mostKept = 64;
const mostKeptCharacters = 32_000_000;

export function resourceEntries(): (readonly [pattern: string, resource: AnyResource])[] {
  return Object.entries(resources) as unknown as (readonly [keyof Api, Resource<keyof Api> & AnyResource])[];
}

export function addResources(app: Hono, workplace: Workplace): void {
  const kept = new Kept();
  for (const [pattern, resource] of resourceEntries()) {
    // The last name carries the ending of the file.
    const route = `/api/${pattern.replace(/:(\w+)\.json$/, ':$1{[^/]+\\.json}')}`;
    app.get(route, async (context) => {
      const names = namesOf(context.req.param());
      const revision = await revisionOf(resource, workplace, names);
      const tag = revision === undefined ? undefined : tagOf(context.req.path, revision);
      if (tag !== undefined && context.req.header('if-none-match') === tag) {
        return new Response(null, { status: 304, headers: { etag: tag } });
      }
      const read = async (): Promise<string> => JSON.stringify(await resource.read(workplace, names));
      const text = tag === undefined ? await read() : await kept.get(tag, read);
      const own = tag ?? `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
      if (context.req.header('if-none-match') === own) {
        return new Response(null, { status: 304, headers: { etag: own } });
      }
      return new Response(text, { headers: { 'content-type': 'application/json', etag: own } });
    });
  }
}

function namesOf(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, value.replace(/\.json$/, '')]),
  );
}

async function revisionOf(
  resource: AnyResource,
  workplace: Workplace,
  names: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (resource.revision !== undefined) return await resource.revision(workplace, names);
  return names.run === undefined ? undefined : await workplace.revision(names.run);
}

function tagOf(path: string, revision: string): string {
  const digest = createHash('sha256').update(`${packageVersion()} ${path} ${revision}`).digest('base64url');
  return `"${digest.slice(0, 22)}"`;
}

/** The answers that were asked for last. */
class Kept {
  readonly #texts = new Map<string, Promise<string>>();
  readonly #sizes = new Map<string, number>();

  get(tag: string, read: () => Promise<string>): Promise<string> {
    const known = this.#texts.get(tag);
    this.#texts.delete(tag);
    const text = known ?? read();
    this.#texts.set(tag, text);
    if (known === undefined) {
      text.then(
        ({ length }) => this.#keep(tag, length),
        () => this.#texts.delete(tag),
      );
    }
    return text;
  }

  #keep(tag: string, length: number): void {
    this.#sizes.set(tag, length);
    let all = this.#sizes.values().reduce((sum, size) => sum + size, 0);
    for (const [oldest] of this.#texts) {
      if (this.#texts.size <= mostKept && all <= mostKeptCharacters) return;
      all -= this.#sizes.get(oldest) ?? 0;
      this.#sizes.delete(oldest);
      this.#texts.delete(oldest);
    }
  }
}
