/**
 * The web app and everything it could ask for as files, for any web server that only has files. Small answers of which there are
 * very many share files (`bundle-of.ts`). What cannot be read becomes a file with the reason, which the app shows as it would the server's, and is told.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageVersion } from '../../../recipe/package-version.ts';
import { bundleOf } from '../../../view/bundle-of.ts';
import { runDocuments } from '../../../view/run/run-documents.ts';
import { Workplace } from '../../../view/workplace.ts';
import { resourceEntries } from '../resource-routes.ts';
import { BundleWriter } from './bundle-writer.ts';
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
    const site = await write(workplace, place.making, options).catch(async (error: unknown) => {
      await place.abandon();
      throw error;
    });
    await place.finish();
    return site;
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
  const bundles = new BundleWriter(path.join(making, 'api'));
  for (const [pattern, resource] of resourceEntries()) {
    // Names that are listed a second time are answered already.
    const answered = new Set<string>();
    for await (const instance of everyInstance({ pattern, resource, workplace, only, onTrouble })) {
      signal?.throwIfAborted();
      const { names, isUnlisted } = instance;
      const place = placeOf(pattern, names);
      if (place === undefined) {
        onTrouble(pattern, new Error(`${JSON.stringify(names)} are no safe names`));
        continue;
      }
      if (answered.has(place)) continue;
      answered.add(place);
      let text: string;
      try {
        text = JSON.stringify(await resource.read(workplace, names));
      } catch (error) {
        if (!isUnlisted) onTrouble(place, error);
        text = JSON.stringify({ error: { message: messageOf(error) } });
      }
      try {
        const bundle = bundleOf(place);
        if (bundle === undefined) await writeAnswer(path.join(making, 'api', place), text);
        else await bundles.add(bundle, place, text);
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
    await bundles.finish();
  }
  await copyDocuments(workplace, making);
  const site = { files, bytes, runs: workplace.runs().length, troubles, troubleCount };
  const record = { version: packageVersion(), made: new Date().toISOString(), ...site };
  await writeFile(path.join(making, siteRecord), `${JSON.stringify(record, null, 2)}\n`);
  return site;
}

async function writeAnswer(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** The pages that runs wrote of themselves, where the app looks for them. */
async function copyDocuments(workplace: Workplace, making: string): Promise<void> {
  for (const { id, directory } of workplace.runs()) {
    for (const name of runDocuments(directory)) {
      const to = path.join(making, 'files', id, name);
      await mkdir(path.dirname(to), { recursive: true });
      await cp(path.join(directory, name), to);
    }
  }
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
