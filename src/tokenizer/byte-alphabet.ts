/**
 * The byte alphabet of byte-level BPE: each of the 256 bytes is written as one printable character, so that a
 * vocabulary can be JSON text (GPT-2, Radford et al. 2019). The bytes that print in Latin-1 stand for
 * themselves; the other 68 take the characters from U+0100 on, in order.
 */

function printsInLatin1(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

function alphabet(): string[] {
  let shifted = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    if (printsInLatin1(byte)) return String.fromCharCode(byte);
    shifted += 1;
    return String.fromCharCode(shifted - 1);
  });
}

/** The character of each byte. */
export const characterOfByte: readonly string[] = alphabet();

/** The byte of each character. */
export const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  characterOfByte.map((character, byte) => [character, byte]),
);

/** The alphabet in the order in which GPT-2 and Qwen number it: printable bytes first. */
export const alphabetInVocabularyOrder: readonly string[] = [
  ...characterOfByte.filter((_, byte) => printsInLatin1(byte)),
  ...characterOfByte.filter((_, byte) => !printsInLatin1(byte)),
];

/** Bytes of a vocabulary entry, or undefined if a character is not of the alphabet. */
export function fromByteCharacters(entry: string): Uint8Array | undefined {
  const bytes = new Uint8Array(entry.length);
  for (let i = 0; i < entry.length; i += 1) {
    const byte = byteOfCharacter.get(entry.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
