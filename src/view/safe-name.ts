/**
 * Any text as a name that needs no escaping in addresses and file names, and back: letters, digits, dots, hyphens and
 * underscores stay, every other byte of UTF-8 is `~` and two hexadecimal digits. A leading dot is escaped, too.
 */
export function safeName(text: string): string {
  // Bytes as characters; text of ASCII alone is that already.
  const bytes = /[\u0080-\uffff]/.test(text)
    ? Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
    : text;
  return bytes.replace(
    /^\.|[^A-Za-z0-9._-]/g,
    (byte) => `~${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The text of a name that `safeName` made; undefined for any other text. */
export function fromSafeName(name: string): string | undefined {
  if (!/^(?:[A-Za-z0-9._-]|~[0-9a-f]{2})*$/.test(name)) return undefined;
  const bytes: number[] = [];
  for (const [piece] of name.matchAll(/~..|./g)) {
    bytes.push(piece.length === 3 ? Number.parseInt(piece.slice(1), 16) : piece.charCodeAt(0));
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    return safeName(text) === name ? text : undefined;
  } catch {
    return undefined;
  }
}
