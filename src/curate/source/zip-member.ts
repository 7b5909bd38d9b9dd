/**
 * The bytes of one member of a zip file, as a stream: neither the archive nor the member is held in memory, and nothing
 * unzipped is written, since several sources are zipped to keep them out of crawls of plain text.
 */
import { createReadStream } from 'node:fs';
import { Unzip, UnzipInflate } from 'fflate';
import { TableError } from '../../problems/tables/row.ts';

/** `member` may be the name without its folders, where no other has it. Throws a TableError. */
export async function* zipMember(file: string, member: string): AsyncGenerator<Uint8Array> {
  const names: string[] = [];
  const ready: Uint8Array[] = [];
  let isFound = false;
  let isDone = false;
  const unzip = new Unzip((entry) => {
    names.push(entry.name);
    if (isFound || !isNamed(entry.name, member)) return;
    isFound = true;
    entry.ondata = (error, chunk, final) => {
      if (error !== null) throw error;
      if (chunk.length > 0) ready.push(chunk);
      isDone ||= final;
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
      unzip.push(chunk);
      yield* ready.splice(0);
      if (isDone) return;
    }
    unzip.push(new Uint8Array(0), true);
    yield* ready.splice(0);
  } catch (cause) {
    throw new TableError(`${file}: not a readable zip file (${messageOf(cause)})`, { cause });
  }
  if (!isFound) {
    const there = names.filter((name) => !name.endsWith('/') && !name.startsWith('__MACOSX/')).join(', ');
    throw new TableError(`${file}: has no member ${member}, only ${there || 'nothing'}`);
  }
  if (!isDone) throw new TableError(`${file}: the member ${member} is cut off`);
}

function isNamed(name: string, member: string): boolean {
  return name === member || (!name.startsWith('__MACOSX/') && name.endsWith(`/${member}`));
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
