/**
 * How many of each bin to take, so that they have a shape as nearly as what is there allows: each bin its share, and what
 * one cannot give the others give in proportion to theirs.
 */

/** Whole numbers that add up to `size`, or to all there are where those are fewer. */
export function fillBins(there_B: readonly number[], shares_B: readonly number[], size: number): number[] {
  const total = there_B.reduce((sum, count) => sum + count, 0);
  if (size >= total) return [...there_B];
  const taken_B = there_B.map(() => 0);
  let left = size;
  // Each round exhausts a bin, or is the last.
  for (;;) {
    const open = there_B.flatMap((there, bin) => (there > (taken_B[bin] ?? 0) ? [bin] : []));
    const wanted = open.reduce((sum, bin) => sum + (shares_B[bin] ?? 0), 0);
    // Where nothing of the shape is left, what there is is taken evenly.
    const shareOf = (bin: number): number =>
      wanted > 0 ? (shares_B[bin] ?? 0) / wanted : (there_B[bin] ?? 0) / total;
    const exhausted = open.filter((bin) => (there_B[bin] ?? 0) <= left * shareOf(bin));
    if (exhausted.length === 0) return wholeParts(taken_B, open, shareOf, left, there_B);
    for (const bin of exhausted) {
      taken_B[bin] = there_B[bin] ?? 0;
      left -= there_B[bin] ?? 0;
    }
    if (left === 0) return taken_B;
  }
}

/** Largest remainders, the first bin of equal ones. */
function wholeParts(
  taken_B: readonly number[],
  open: readonly number[],
  shareOf: (bin: number) => number,
  left: number,
  there_B: readonly number[],
): number[] {
  const result_B = [...taken_B];
  const sum = open.reduce((total, bin) => total + shareOf(bin), 0);
  const parts = open.map((bin) => ({ bin, exact: (left * shareOf(bin)) / sum }));
  for (const { bin, exact } of parts) result_B[bin] = Math.floor(exact);
  let missing = left - parts.reduce((total, { exact }) => total + Math.floor(exact), 0);
  parts.sort((a, b) => b.exact - Math.floor(b.exact) - (a.exact - Math.floor(a.exact)) || a.bin - b.bin);
  while (missing > 0) {
    for (const { bin } of parts) {
      if (missing === 0 || (result_B[bin] ?? 0) >= (there_B[bin] ?? 0)) continue;
      result_B[bin] = (result_B[bin] ?? 0) + 1;
      missing -= 1;
    }
  }
  return result_B;
}
