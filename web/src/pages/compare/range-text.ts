/** `3`, or `3–5` where the ends differ. */
export function rangeText(low: number, high: number): string {
  return low === high ? `${low}` : `${low}–${high}`;
}
