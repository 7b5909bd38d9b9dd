/**
 * The web app and everything it could ask for as files, for any web server that only has files. One answer is in memory at a
 * time. What cannot be read becomes a file with the reason, which the app shows as it would the server's, and is told.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageVersion } from '../../../recipe/package-version.ts';
import { Workplace } from '../../../view/workplace.ts';
import { resourceEntries } from '../resource-routes.ts';
import { everyInstance, type SiteNames } from './every-instance.ts';
import { SitePlace, siteRecord } from './site-place.ts';
import { staticPage } from './static-page.ts';

export interface ExportOptions {
  /** With run directories. */
  readonly folder: string;
  /** Directory of the built browser app. */
  readonly appDirectory: string;
  /** Of the site: empty, new, or of an earlier export. */
  readonly directory: string;
  /** After each file of an answer. */
  readonly onFile?: (files: number, bytes: number) => void;
  /** Ends it; the site of before stays. */
  readonly signal?: AbortSignal;
}

export interface ExportedSite {
  /** Answers. */
  readonly files: number;
  readonly bytes: number;
  readonly runs: number;
  /** What could not be read, a sentence each; at most `mostTroubles`. */
  readonly troubles: readonly string[];
  readonly troubleCount: number;
}

const mostTroubles = 20;

/** Throws a ForeignDirectoryError, what the file system throws, and the reason of `signal`. */
export async function exportSite(options: ExportOptions): Promise<ExportedSite> {
  const workplace = new Workplace({ folder: options.folder, isStatic: true });
  const place = await SitePlace.take(path.resolve(options.directory)).catch((error: unknown) => {
    workplace.close();
    throw error;
  });
  try {
    const site = await write(workplace, place.making, options);
    await place.finish();
    return site;
  } catch (error) {
    await place.abandon();
    throw error;
  } finally {
    workplace.close();
  }
}

async function write(workplace: Workplace, making: string, options: ExportOptions): Promise<ExportedSite> {
  const { folder, appDirectory, onFile, signal } = options;
  await cp(appDirectory, making, { recursive: true });
  const page = await readFile(path.join(appDirectory, 'index.html'), 'utf8');
  await writeFile(path.join(making, 'index.html'), staticPage(page));
  // Some hosts leave out what begins with an underscore unless this is there.
  await writeFile(path.join(making, '.nojekyll'), '');
  const troubles: string[] = [];
  let [files, bytes, troubleCount] = [0, 0, 0];
  const onTrouble = (what: string, error: unknown): void => {
    troubleCount += 1;
    if (troubles.length < mostTroubles) troubles.push(`${what}: ${messageOf(error)}`);
  };
  const only = (run: string): Workplace => new Workplace({ folder, isStatic: true, only: run });
  for (const [pattern, resource] of resourceEntries()) {
    for await (const instance of everyInstance({ pattern, resource, workplace, only, onTrouble })) {
      signal?.throwIfAborted();
      const { names, isUnlisted } = instance;
      const place = placeOf(pattern, names);
      if (place === undefined) {
        onTrouble(pattern, new Error(`${JSON.stringify(names)} are no safe names`));
        continue;
      }
      const file = path.join(making, 'api', place);
      // Names that are listed a second time are answered already.
      if (existsSync(file)) continue;
      let text: string;
      try {
        text = JSON.stringify(await resource.read(workplace, names));
      } catch (error) {
        if (!isUnlisted) onTrouble(place, error);
        text = JSON.stringify({ error: { message: messageOf(error) } });
      }
      try {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, text);
      } catch (error) {
        // The name of one run is too long to be one of a file.
        if (!isTooLong(error)) throw error;
        onTrouble(place, error);
        continue;
      }
      files += 1;
      bytes += Buffer.byteLength(text);
      onFile?.(files, bytes);
    }
  }
  const site = { files, bytes, runs: workplace.runs().length, troubles, troubleCount };
  const record = { version: packageVersion(), made: new Date().toISOString(), ...site };
  await writeFile(path.join(making, siteRecord), `${JSON.stringify(record, null, 2)}\n`);
  return site;
}

/** Undefined unless each name is a safe name and none leads up. */
function placeOf(pattern: string, names: SiteNames): string | undefined {
  const place = pattern.replaceAll(/:(\w+)/g, (_, name: string) => names[name] ?? '');
  const isSafe = place.split('/').every((part) => /^[A-Za-z0-9_~-][A-Za-z0-9._~,-]*$/.test(part));
  return isSafe ? place : undefined;
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
