/**
 * Entries that have a key in common. Each entry belongs to an owner; a bucket is the owners of one key, each once, in
 * rising order. Keys that only one owner has, and keys that too many have, make no bucket: the second are phrases that say
 * nothing.
 */
export interface Buckets {
  /** Bucket of each entry, or -1. */
  readonly bucketOf: Int32Array;
  readonly members: Int32Array;
  /** Members of bucket i stand from `starts[i]` to before `starts[i + 1]`. */
  readonly starts: Int32Array;
}

/** `keys[i]` is a key of `owners[i]`; owners are below 2²¹, or keys lose as many of their 32 bits as owners have more. */
export function bucketsOf(keys: Uint32Array, owners: Int32Array, mostOwners: number): Buckets {
  let greatest = 1;
  for (let i = 0; i < owners.length; i += 1) greatest = Math.max(greatest, owners[i] as number);
  // A double holds whole numbers of 53 bits: sorted as numbers, they are sorted by key and then by owner.
  const ownerSpan = 2 ** Math.ceil(Math.log2(greatest + 1));
  const keySpan = 2 ** Math.min(32, 53 - Math.log2(ownerSpan));
  const keyOf = (i: number): number => (keys[i] as number) % keySpan;
  const sorted = new Float64Array(keys.length);
  for (let i = 0; i < keys.length; i += 1) sorted[i] = keyOf(i) * ownerSpan + (owners[i] as number);
  sorted.sort();
  const members: number[] = [];
  const starts: number[] = [0];
  const bucketOfKey = new Map<number, number>();
  for (let i = 0; i < sorted.length; ) {
    const key = Math.floor((sorted[i] as number) / ownerSpan);
    const begin = members.length;
    let last = -1;
    for (; i < sorted.length && Math.floor((sorted[i] as number) / ownerSpan) === key; i += 1) {
      const owner = (sorted[i] as number) - key * ownerSpan;
      if (owner !== last) members.push(owner);
      last = owner;
    }
    const count = members.length - begin;
    if (count < 2 || count > mostOwners) {
      members.length = begin;
      continue;
    }
    bucketOfKey.set(key, starts.length - 1);
    starts.push(members.length);
  }
  const bucketOf = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i += 1) bucketOf[i] = bucketOfKey.get(keyOf(i)) ?? -1;
  return { bucketOf, members: Int32Array.from(members), starts: Int32Array.from(starts) };
}
