/**
 * JSON that other software wrote, read without trust: the file's size is bounded before it is read, bytes that are
 * not UTF-8 are an error, and every error names the file. And JSON written whole or not at all.
 */
import { open, rename } from 'node:fs/promises';

/** Reads a file of at most `limit` bytes as JSON. */
export async function readJsonFile(path: string, limit: number): Promise<unknown> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size > limit) throw new Error(`${path}: ${size} bytes of JSON; at most ${limit} are read`);
    return parseJson(await handle.readFile(), path);
  } finally {
    await handle.close();
  }
}

/** Writes indented JSON. The file appears under its name only when it is whole and on disk. */
export async function writeJsonDurably(path: string, json: unknown): Promise<void> {
  const handle = await open(`${path}.partial`, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(json, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.partial`, path);
}

/** Parses UTF-8 bytes; errors begin with `path`. */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Error(`${path}: not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value for an error message, cut to a readable length, whatever a file may hold. */
export function show(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    // Nested too deeply to be written.
    return Array.isArray(value) ? '[…]' : '{…}';
  }
  return shortened(text);
}

/** Cut to a readable length. */
export function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/**
 * The first key that an object in this valid JSON text has twice. JSON.parse keeps the last one silently, other
 * readers the first, so the two would not read the same file.
 */
export function duplicateKey(text: string): string | undefined {
  /** Keys so far of every object that is open; undefined for arrays. */
  const open: (Set<string> | undefined)[] = [];
  let before = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    if (character === '"') {
      const end = closingQuote(text, at);
      const keys = open[open.length - 1];
      // A key follows the brace or a comma, a value the colon.
      if (keys !== undefined && before !== ':') {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end;
    }
    if (character > ' ') before = character;
  }
  return undefined;
}

/** Index of the quote that ends the string which begins at `start`. */
function closingQuote(text: string, start: number): number {
  let at = start + 1;
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}
