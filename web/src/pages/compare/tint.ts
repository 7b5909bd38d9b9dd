/** The ground of a cell by a share from 0 (the paper) to 1, light enough for text in the ink of the page. */
export function tint(share: number): { readonly background: string } {
  const percent = Math.round(46 * Math.min(1, Math.max(0, share)));
  return { background: `color-mix(in srgb, var(--link) ${percent}%, var(--paper))` };
}
