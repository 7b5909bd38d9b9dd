/** Guards the k of pass@k and its kin: a positive whole number. */

export function checkK(k: number): void {
  if (!(Number.isInteger(k) && k >= 1))
    throw new RangeError(`@k: k must be a positive whole number, got ${k}`);
}
