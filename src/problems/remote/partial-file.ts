/**
 * What has come of a file that is being downloaded. Its name says of which address and of which state of the file
 * there (the server's entity tag), so that a later process can go on with it; whether its writer still lives is told
 * from the name too, so two processes never write the same one.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { finalNameOf, isStaleTemporary, temporaryName } from '../../journal/temporary-name.ts';

export interface PartialFile {
  readonly path: string;
  /** The strong entity tag of what it is a part of, if the server gave one. */
  readonly etag: string | undefined;
  readonly bytes: number;
  /** Lets a later download go on with it. */
  readonly release: () => void;
}

/** An empty one. */
export function beginPartial(directory: string, url: URL, etag: string | undefined): PartialFile {
  mkdirSync(directory, { recursive: true });
  const { path: file, release } = temporaryName(path.join(directory, nameOf(url, etag)));
  return { path: file, etag, bytes: 0, release };
}

/** One that nobody writes any more, now this process's; those without a tag only where a checksum tells later. */
export function claimPartial(directory: string, url: URL, isChecked: boolean): PartialFile | undefined {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) {
    const stale = path.join(directory, name);
    if (!isStaleTemporary(stale)) continue;
    const final = finalNameOf(name);
    if (!final.startsWith(`${hashOf(url)}.`)) continue;
    const etag = etagIn(final);
    if (etag === undefined && !isChecked) {
      rmSync(stale, { force: true });
      continue;
    }
    const { path: file, release } = temporaryName(path.join(directory, final));
    try {
      renameSync(stale, file);
    } catch {
      // Another process was faster.
      release();
      continue;
    }
    return { path: file, etag, bytes: statSync(file).size, release };
  }
  return undefined;
}

export function discardPartial({ path: file, release }: PartialFile): void {
  rmSync(file, { force: true });
  release();
}

function nameOf(url: URL, etag: string | undefined): string {
  const isStrong = etag !== undefined && !etag.startsWith('W/') && etag.length < 100;
  return `${hashOf(url)}.${isStrong ? Buffer.from(etag).toString('base64url') : ''}`;
}

function hashOf(url: URL): string {
  return createHash('sha256').update(url.href).digest('hex').slice(0, 32);
}

function etagIn(name: string): string | undefined {
  const encoded = name.slice(name.indexOf('.') + 1);
  return encoded === '' ? undefined : Buffer.from(encoded, 'base64url').toString();
}
