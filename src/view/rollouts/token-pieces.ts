/**
 * Tokens as pieces of their text: joined they are what the tokenizer decodes. Bytes that end within a character wait for the
 * token that ends it, so a token may have no piece; its bytes are told.
 */
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export interface TokenPieces {
  readonly pieces: readonly string[];
  /** Hexadecimal bytes of the tokens that are no whole characters, by place. */
  readonly bytes: Readonly<Record<number, string>>;
}

export function tokenPieces(tokenizer: Pick<Tokenizer, 'bytesOf'>, ids: ArrayLike<number>): TokenPieces {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const texts = new Map<number, { readonly raw: Buffer; readonly whole: string | undefined }>();
  const pieces: string[] = [];
  const bytes: Record<number, string> = {};
  let waiting = Buffer.alloc(0);
  for (let t = 0; t < ids.length; t += 1) {
    const id = ids[t] ?? 0;
    let token = texts.get(id);
    if (token === undefined) {
      // An id that names no token stands for nothing; it is shown as what it is.
      const raw = Buffer.from(tokenizer.bytesOf(id) ?? new TextEncoder().encode(`[${id}]`));
      token = { raw, whole: beginsAndEnds(raw) ? decoder.decode(raw) : undefined };
      texts.set(id, token);
    }
    if (token.whole !== undefined && waiting.length === 0) {
      pieces.push(token.whole);
      continue;
    }
    bytes[t] = token.raw.toString('hex');
    const all = Buffer.concat([waiting, token.raw]);
    const end = all.length - unfinished(all);
    pieces.push(decoder.decode(all.subarray(0, end)));
    waiting = all.subarray(end);
  }
  // What never ended.
  const last = pieces.pop();
  if (last !== undefined) pieces.push(`${last}${decoder.decode(waiting)}`);
  return { pieces, bytes };
}

/** Whether a text of these bytes begins with a character and ends with one. */
function beginsAndEnds(raw: Buffer): boolean {
  return ((raw[0] ?? 0) & 0xc0) !== 0x80 && unfinished(raw) === 0;
}

/** Bytes at the end that begin a character and do not end it. */
function unfinished(all: Buffer): number {
  for (let back = 1; back <= Math.min(3, all.length); back += 1) {
    const byte = all[all.length - back] ?? 0;
    if ((byte & 0xc0) !== 0x80) return bytesOfCharacter(byte) > back ? back : 0;
  }
  return 0;
}

function bytesOfCharacter(first: number): number {
  if (first >= 0xf0 && first <= 0xf4) return 4;
  if (first >= 0xe0) return first < 0xf0 ? 3 : 1;
  return first >= 0xc2 ? 2 : 1;
}
