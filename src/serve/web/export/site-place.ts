/**
 * The directory of an exported site. A site is made in a hidden directory inside, and put in place as a whole when it is
 * complete: whoever is stopped while making leaves the site of before, and a directory without `export.json` is no whole
 * site. Who is stopped while putting it in place leaves both on the disk, and the next export first makes one of them whole again.
 * Only what an export wrote is ever taken away; other files, such as `.git` or `CNAME`, stay.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Says that a site is whole; it is put in place last. */
export const siteRecord = 'export.json';
const partial = '.qed-export';
/** Where the site of before is put; under its second name all of it is there, and the new one may take its place. */
const [leaving, left] = ['.qed-export-leaving', '.qed-export-old'];
/** In the order in which they go: without its page nothing is shown. */
const ours = [siteRecord, 'index.html', 'favicon.svg', '.nojekyll', 'assets', 'api', 'files'];

/** The directory has files that no export wrote. */
export class ForeignDirectoryError extends Error {
  override readonly name = 'ForeignDirectoryError';
}

/** How a file or directory gets its new name; in tests one that fails. */
export type Move = (from: string, to: string) => Promise<void>;

export class SitePlace {
  readonly directory: string;
  /** Where files are written until the site is whole. */
  readonly making: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.making = path.join(directory, partial);
  }

  /** Throws a ForeignDirectoryError, and what the file system throws. */
  static async take(directory: string): Promise<SitePlace> {
    await mkdir(directory, { recursive: true });
    const names = await readdir(directory);
    const isOurs = [siteRecord, partial, leaving, left].some((name) => names.includes(name));
    const foreign = names.filter((name) => !name.startsWith('.'));
    if (!isOurs && foreign.length > 0) {
      const some = foreign.slice(0, 3).join(', ');
      throw new ForeignDirectoryError(
        `${directory} is not empty (${some}${foreign.length > 3 ? ', …' : ''}) and no earlier export`,
      );
    }
    const place = new SitePlace(directory);
    if (names.includes(leaving)) await place.#goBack();
    if (names.includes(left)) await place.#goOn(rename);
    await rm(place.making, { recursive: true, force: true });
    await mkdir(place.making);
    return place;
  }

  /** Puts what was made in the place of what there was. */
  async finish(move: Move = rename): Promise<void> {
    const attic = path.join(this.directory, leaving);
    await mkdir(attic);
    for (const name of ours) await moved(move, this.directory, attic, name);
    await move(attic, path.join(this.directory, left));
    await this.#goOn(move);
  }

  /** Leaves what there was. */
  async abandon(): Promise<void> {
    await rm(this.making, { recursive: true, force: true });
  }

  /** The site of before had not left whole: it comes back. */
  async #goBack(): Promise<void> {
    const attic = path.join(this.directory, leaving);
    for (const name of ours.toReversed()) await moved(rename, attic, this.directory, name);
    await rm(attic, { recursive: true });
  }

  /** The site of before has left: the new one takes its place. */
  async #goOn(move: Move): Promise<void> {
    for (const name of ours.toReversed()) await moved(move, this.making, this.directory, name);
    await rm(path.join(this.directory, left), { recursive: true });
    await rm(this.making, { recursive: true, force: true });
  }
}

async function moved(move: Move, from: string, to: string, name: string): Promise<void> {
  if (existsSync(path.join(from, name))) await move(path.join(from, name), path.join(to, name));
}
