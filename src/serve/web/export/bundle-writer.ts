/**
 * Writes answers of an exported site into bundles, as `bundleOf` says. A file of a bundle has about a megabyte: what has no room
 * in the first goes into parts, which the first names. Few bundles are in memory at a time.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Bundle } from '../../../view/bundle-of.ts';

const mostCharacters = 1_000_000;
const mostOpen = 12;

interface Open {
  /** Members of a JSON object, as text. */
  readonly members: string[];
  characters: number;
  readonly parts: Map<string, number>;
  /** Of the part that is being filled. */
  readonly partMembers: string[];
  partCharacters: number;
  part: number;
}

export class BundleWriter {
  readonly #directory: string;
  /** In order of last use. */
  readonly #open = new Map<string, Open>();

  /** Bundles lie below `directory`. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** `text` is JSON. Throws what the file system throws. */
  async add(bundle: string, name: string, text: string): Promise<void> {
    const open = this.#open.get(bundle) ?? this.#begun(bundle);
    this.#open.delete(bundle);
    this.#open.set(bundle, open);
    const member = `${JSON.stringify(name)}:${text}`;
    if (open.part === 0 && (open.characters === 0 || open.characters + member.length <= mostCharacters)) {
      open.members.push(member);
      open.characters += member.length;
    } else {
      if (
        open.part === 0 ||
        (open.partCharacters > 0 && open.partCharacters + member.length > mostCharacters)
      )
        await this.#nextPart(bundle, open);
      open.partMembers.push(member);
      open.partCharacters += member.length;
      open.parts.set(name, open.part);
    }
    const [oldest] = this.#open.keys();
    if (this.#open.size > mostOpen && oldest !== undefined) await this.#close(oldest);
  }

  async finish(): Promise<void> {
    for (const bundle of [...this.#open.keys()]) await this.#close(bundle);
  }

  /** One that was closed already goes on in a new part. */
  #begun(bundle: string): Open {
    const file = this.#fileOf(bundle);
    const nothing = { partMembers: [], partCharacters: 0 };
    if (!existsSync(file)) return { ...nothing, members: [], characters: 0, parts: new Map(), part: 0 };
    const { answers, parts } = JSON.parse(readFileSync(file, 'utf8')) as Bundle;
    const members = Object.entries(answers).map(
      ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
    );
    const part = Math.max(0, ...Object.values(parts));
    return {
      ...{ members, characters: mostCharacters, parts: new Map(Object.entries(parts)), part },
      // The last part is on the disk: nothing more goes into it.
      ...{ partMembers: [], partCharacters: mostCharacters },
    };
  }

  async #nextPart(bundle: string, open: Open): Promise<void> {
    await this.#writePart(bundle, open);
    open.part += 1;
    open.partMembers.length = 0;
    open.partCharacters = 0;
  }

  async #writePart(bundle: string, { part, partMembers }: Open): Promise<void> {
    if (partMembers.length > 0)
      await this.#write(`${bundle}.${part}.json`, `{"answers":{${partMembers.join(',')}}}`);
  }

  async #close(bundle: string): Promise<void> {
    const open = this.#open.get(bundle);
    this.#open.delete(bundle);
    if (open === undefined) return;
    await this.#writePart(bundle, open);
    const parts = JSON.stringify(Object.fromEntries(open.parts));
    await this.#write(`${bundle}.json`, `{"answers":{${open.members.join(',')}},"parts":${parts}}`);
  }

  #fileOf(bundle: string): string {
    return path.join(this.#directory, `${bundle}.json`);
  }

  async #write(name: string, text: string): Promise<void> {
    const file = path.join(this.#directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
