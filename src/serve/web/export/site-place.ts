/**
 * The directory of an exported site. A site is made in a hidden directory inside, and put in place as a whole when it is
 * complete: whoever is stopped while making leaves the site of before, and a directory without `export.json` is no whole
 * site. Only what an export wrote is ever taken away; other files, such as `.git` or `CNAME`, stay.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Says that a site is whole; it is put in place last. */
export const siteRecord = 'export.json';
const partial = '.qed-export';
const old = '.qed-export-old';
/** In the order in which they go: without its page nothing is shown. */
const ours = [siteRecord, 'index.html', 'favicon.svg', '.nojekyll', 'assets', 'api'];

/** The directory has files that no export wrote. */
export class ForeignDirectoryError extends Error {
  override readonly name = 'ForeignDirectoryError';
}

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
    const isOurs = [siteRecord, partial, old].some((name) => names.includes(name));
    const foreign = names.filter((name) => !name.startsWith('.'));
    if (!isOurs && foreign.length > 0) {
      const some = foreign.slice(0, 3).join(', ');
      throw new ForeignDirectoryError(
        `${directory} is not empty (${some}${foreign.length > 3 ? ', …' : ''}) and no earlier export`,
      );
    }
    const place = new SitePlace(directory);
    for (const name of [partial, old]) await rm(path.join(directory, name), { recursive: true, force: true });
    await mkdir(place.making);
    return place;
  }

  /** Puts what was made in the place of what there was. */
  async finish(): Promise<void> {
    const attic = path.join(this.directory, old);
    await mkdir(attic);
    for (const name of ours) await move(path.join(this.directory, name), path.join(attic, name));
    for (const name of ours.toReversed())
      await move(path.join(this.making, name), path.join(this.directory, name));
    await rm(attic, { recursive: true });
    await rm(this.making, { recursive: true });
  }

  /** Leaves what there was. */
  async abandon(): Promise<void> {
    await rm(this.making, { recursive: true, force: true });
  }
}

async function move(from: string, to: string): Promise<void> {
  if (existsSync(from)) await rename(from, to);
}
