/**
 * Entries that have a key in common. Each entry belongs to an owner; a bucket is the owners of one key, each once, in
 * rising order. Keys that only one owner has, and keys that too many have, make no bucket: the second are phrases that say
 * nothing. All of it is typed arrays of their exact length, since there are tens of millions of entries: 8 bytes an entry
 * while it is made, 4 and those of the buckets afterwards.
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
  const entries = sortedEntries(keys, owners);
  let [buckets, memberCount] = [0, 0];
  eachKey(entries, (_, owned) => {
    if (owned < 2 || owned > mostOwners) return;
    buckets += 1;
    memberCount += owned;
  });
  const members = new Int32Array(memberCount);
  const starts = new Int32Array(buckets + 1);
  const bucketKeys = new Uint32Array(buckets);
  let [bucket, filled] = [0, 0];
  eachKey(entries, (key, owned, begin, end) => {
    if (owned < 2 || owned > mostOwners) return;
    bucketKeys[bucket] = key;
    for (let i = begin; i < end; i += 1) {
      const owner = (entries.sorted[i] as number) - key * entries.ownerSpan;
      if (i > begin && members[filled - 1] === owner) continue;
      members[filled] = owner;
      filled += 1;
    }
    bucket += 1;
    starts[bucket] = filled;
  });
  return { bucketOf: placesIn(bucketKeys, keys, entries.keySpan), members, starts };
}

interface SortedEntries {
  /** Key · ownerSpan + owner. */
  readonly sorted: Float64Array;
  readonly ownerSpan: number;
  readonly keySpan: number;
}

function sortedEntries(keys: Uint32Array, owners: Int32Array): SortedEntries {
  let greatest = 1;
  for (let i = 0; i < owners.length; i += 1) greatest = Math.max(greatest, owners[i] as number);
  // A double holds whole numbers of 53 bits: sorted as numbers, they are sorted by key and then by owner.
  const ownerSpan = 2 ** Math.ceil(Math.log2(greatest + 1));
  const keySpan = 2 ** Math.min(32, 53 - Math.log2(ownerSpan));
  const sorted = new Float64Array(keys.length);
  for (let i = 0; i < keys.length; i += 1)
    sorted[i] = ((keys[i] as number) % keySpan) * ownerSpan + (owners[i] as number);
  sorted.sort();
  return { sorted, ownerSpan, keySpan };
}

/** Each key with the number of its owners and the range of its entries. */
function eachKey(
  { sorted, ownerSpan }: SortedEntries,
  take: (key: number, owned: number, begin: number, end: number) => void,
): void {
  for (let begin = 0, i = 0; begin < sorted.length; begin = i) {
    const key = Math.floor((sorted[begin] as number) / ownerSpan);
    let owned = 0;
    for (; i < sorted.length && Math.floor((sorted[i] as number) / ownerSpan) === key; i += 1)
      if (i === begin || sorted[i] !== sorted[i - 1]) owned += 1;
    take(key, owned, begin, i);
  }
}

/** Where each key stands among those of the buckets, by open addressing: a Map of millions of them takes ten times as much. */
function placesIn(bucketKeys: Uint32Array, keys: Uint32Array, keySpan: number): Int32Array {
  const size = 2 ** Math.ceil(Math.log2(2 * bucketKeys.length + 1));
  const slots = new Int32Array(size).fill(-1);
  const slotOf = (key: number): number => {
    let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & (size - 1);
    for (;;) {
      const bucket = slots[slot] as number;
      if (bucket < 0 || bucketKeys[bucket] === key) return slot;
      slot = (slot + 1) & (size - 1);
    }
  };
  for (let bucket = 0; bucket < bucketKeys.length; bucket += 1)
    slots[slotOf(bucketKeys[bucket] as number)] = bucket;
  const places = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i += 1) places[i] = slots[slotOf((keys[i] as number) % keySpan)] as number;
  return places;
}
