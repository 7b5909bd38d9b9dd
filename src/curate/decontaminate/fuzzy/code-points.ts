/** Code points of a string: what similarities count. A lone surrogate is one of itself, as in Python. */
export type CodePoints = Uint32Array;

export function codePointsOf(text: string): CodePoints {
  const codes = new Uint32Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i += 1;
    codes[length] = code;
    length += 1;
  }
  return length === text.length ? codes : codes.slice(0, length);
}
