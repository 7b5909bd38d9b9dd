/**
 * Packs training sequences of any length into rows of one static length, and rows into micro-batches. Every
 * trained token is predicted exactly once, from exactly the tokens before it in its datum; the same data give the
 * same rows, whatever was packed before. A token after the last trained one is not run, and neither is a datum
 * without trained tokens. Only an optimisation: sequences with the same prompt share one copy of it in a row.
 *
 * Axis suffixes: _T all positions of a micro-batch (row after row), _N its predicted tokens, _D datum.
 */
import type { Datum } from '../engine.ts';

/** The row lengths for which graphs are built: few enough to keep sessions, dense enough to waste little. */
export const rowLengths = [
  64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192,
] as const;

/** The same for models whose graphs take seconds to prepare and gigabytes to run. */
export const fewRowLengths = [128, 512, 1024, 2048, 4096, 8192] as const;

/** One run of the training graph: see `buildTrainingGraph` for the arrays. */
export interface MicroBatch {
  readonly rows: number;
  readonly rowLength: number;
  readonly ids_T: BigInt64Array<ArrayBuffer>;
  readonly positions_T: BigInt64Array<ArrayBuffer>;
  readonly segments_T: Int32Array<ArrayBuffer>;
  readonly prefixes_T: Int32Array<ArrayBuffer>;
  readonly select_N: BigInt64Array<ArrayBuffer>;
  readonly unselect_T: BigInt64Array<ArrayBuffer>;
  readonly targets_N: BigInt64Array<ArrayBuffer>;
  readonly weights_N: Float32Array<ArrayBuffer>;
  readonly oldLogprobs_N: Float32Array<ArrayBuffer>;
  readonly advantages_N: Float32Array<ArrayBuffer>;
  readonly referenceLogprobs_N: Float32Array<ArrayBuffer>;
  /** The way back: n predicts `data[datum_N[n]].tokens_T[token_N[n]]`. */
  readonly datum_N: Int32Array;
  readonly token_N: Int32Array;
  /** Positions that hold a token; the others are padding. */
  readonly processedTokens: number;
}

export interface PackingOptions {
  /** Most positions (rows · S) in a micro-batch; a single row may have more. */
  readonly microBatchTokens: number;
  /** Micro-batches that are computed at a time; their number is a multiple of it where there are rows enough. */
  readonly lanes: number;
  /**
   * Work of one position, relative, when rows have length S. The row length is chosen for the least total work:
   * longer rows waste less on padding and repeated prompts and more on attention.
   */
  readonly workPerToken: (rowLength: number) => number;
  /** The row lengths to choose from, ascending; default `rowLengths`. */
  readonly rowLengths?: readonly number[];
}

/** Tokens first…end−1 of a datum, as one segment. It sees the prompt of its cluster when it has one. */
interface Piece {
  readonly datum: number;
  readonly first: number;
  readonly end: number;
}

/** What goes into one row together. */
interface Cluster {
  readonly prompt: Piece | undefined;
  readonly pieces: readonly Piece[];
  readonly size: number;
}

/** Members of one shared prompt, or one datum by itself. */
interface Family {
  readonly prompt: Piece | undefined;
  readonly members: readonly Piece[];
}

/** Packs data; see `checkDatum` for what is refused. Returns nothing for data without trained tokens. */
export function packData(data: readonly Datum[], options: PackingOptions): MicroBatch[] {
  const families = gatherFamilies(data);
  if (families.length === 0) return [];
  const longest = Math.max(
    ...families.flatMap(({ prompt, members }) => members.map((m) => size(prompt) + size(m))),
  );
  let best: { rows: Cluster[][]; rowLength: number; work: number } | undefined;
  for (const rowLength of options.rowLengths ?? rowLengths) {
    if (rowLength < longest) continue;
    const rows = packRows(families, rowLength);
    const work = rows.length * rowLength * options.workPerToken(rowLength);
    if (best === undefined || work < best.work) best = { rows, rowLength, work };
    if (rows.length === 1) break;
  }
  if (best === undefined) {
    throw new Error(`a sequence of ${longest} tokens is longer than the longest row, ${rowLengths.at(-1)}`);
  }
  const { rows, rowLength } = best;
  const most = Math.max(1, Math.floor(options.microBatchTokens / rowLength));
  const rounds = Math.ceil(rows.length / (most * options.lanes));
  const count = Math.min(rows.length, rounds * options.lanes);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * rows.length) / count);
    const to = Math.floor(((i + 1) * rows.length) / count);
    return fillMicroBatch(data, rows.slice(from, to), rowLength);
  });
}

/**
 * Throws when a datum does not keep the rules of `Datum`: arrays of one length, finite numbers, nothing trained
 * at index 0 or in a shared prompt, tokens inside the vocabulary, not longer than `longest`.
 */
export function checkDatum(
  datum: Datum,
  index: number,
  limits: {
    readonly vocabularySize: number;
    readonly longest: number;
    readonly isReinforcement: boolean;
    /** Whether the loss has a KL term. */
    readonly hasReference?: boolean;
  },
): void {
  const fail = (what: string): never => {
    throw new Error(`datum ${index}: ${what}`);
  };
  const { tokens_T, weights_T, logprobs_T, advantages_T, referenceLogprobs_T, sharedPrompt } = datum;
  // The last token is only predicted, so a sequence may have one more than there are positions.
  if (tokens_T.length > limits.longest + 1)
    fail(`${tokens_T.length} tokens, at most ${limits.longest + 1} fit`);
  const lists = {
    weights_T,
    ...(limits.isReinforcement ? { logprobs_T, advantages_T } : {}),
    ...(limits.hasReference === true ? { referenceLogprobs_T } : {}),
  };
  for (const [name, list] of Object.entries(lists)) {
    if (list === undefined) fail(`${name} is missing, and the loss needs it`);
    else if (list.length !== tokens_T.length)
      fail(`${name} has length ${list.length}, tokens_T ${tokens_T.length}`);
    else if (!list.every(Number.isFinite)) fail(`${name} has a value that is no finite number`);
  }
  for (const token of tokens_T) {
    if (!(token >= 0 && token < limits.vocabularySize)) fail(`token ${token} is outside the vocabulary`);
  }
  const promptLength = sharedPrompt?.length ?? 1;
  if (
    !(Number.isInteger(promptLength) && promptLength >= 1 && promptLength <= Math.max(1, tokens_T.length))
  ) {
    fail(`its shared prompt has length ${promptLength}, the datum ${tokens_T.length}`);
  }
  for (let t = 0; t < promptLength; t += 1) {
    if ((weights_T[t] ?? 0) !== 0) {
      fail(
        t === 0
          ? 'weights_T[0] is not 0: nothing comes before token 0'
          : `weight on token ${t} of its shared prompt`,
      );
    }
  }
}

function size(piece: Piece | undefined): number {
  return piece === undefined ? 0 : piece.end - piece.first;
}

/** Groups data by shared prompt, in order of appearance. */
function gatherFamilies(data: readonly Datum[]): Family[] {
  const families: Family[] = [];
  const byKey = new Map<string, { prompt: Piece; members: Piece[] }>();
  data.forEach((datum, index) => {
    const lastTrained = datum.weights_T.findLastIndex((weight) => weight !== 0);
    if (lastTrained < 1) return;
    const whole = { datum: index, first: 0, end: lastTrained };
    const shared = datum.sharedPrompt;
    if (shared === undefined || shared.length < 2) {
      families.push({ prompt: undefined, members: [whole] });
      return;
    }
    // The prompt's last token starts every member: what it predicts differs between them.
    const member = { ...whole, first: shared.length - 1 };
    const known = byKey.get(shared.key);
    if (known === undefined) {
      const family = { prompt: { datum: index, first: 0, end: shared.length - 1 }, members: [member] };
      byKey.set(shared.key, family);
      families.push(family);
    } else {
      requireSamePrompt(data, known.prompt, index, shared);
      known.members.push(member);
    }
  });
  return families.map((family) => {
    const [only, ...others] = family.members;
    if (family.prompt === undefined || only === undefined || others.length > 0) return family;
    return { prompt: undefined, members: [{ ...only, first: 0 }] };
  });
}

function requireSamePrompt(
  data: readonly Datum[],
  prompt: Piece,
  index: number,
  shared: NonNullable<Datum['sharedPrompt']>,
): void {
  const a = data[prompt.datum]?.tokens_T;
  const b = data[index]?.tokens_T;
  const isSame =
    prompt.end === shared.length - 1 &&
    a?.subarray(0, shared.length).every((token, t) => token === b?.[t]) === true;
  if (!isSame) {
    throw new Error(`datum ${index}: its shared prompt ${shared.key} is not that of datum ${prompt.datum}`);
  }
}

/** First fit, largest first: members into clusters of at most a row, then clusters into rows. */
function packRows(families: readonly Family[], rowLength: number): Cluster[][] {
  const clusters = families.flatMap(({ prompt, members }): Cluster[] => {
    if (prompt === undefined) return members.map((piece) => ({ prompt, pieces: [piece], size: size(piece) }));
    return firstFit(members, size, rowLength - size(prompt)).map((pieces) => ({
      prompt,
      pieces,
      size: pieces.reduce((sum, piece) => sum + size(piece), size(prompt)),
    }));
  });
  return firstFit(clusters, (cluster) => cluster.size, rowLength);
}

function firstFit<T>(items: readonly T[], sizeOf: (item: T) => number, capacity: number): T[][] {
  const bins: { items: T[]; room: number }[] = [];
  // A stable sort, so that items of one size stay in the order in which they came.
  for (const item of [...items].sort((a, b) => sizeOf(b) - sizeOf(a))) {
    const needed = sizeOf(item);
    const bin = bins.find((candidate) => candidate.room >= needed);
    if (bin === undefined) bins.push({ items: [item], room: capacity - needed });
    else {
      bin.items.push(item);
      bin.room -= needed;
    }
  }
  return bins.map((bin) => bin.items);
}

function fillMicroBatch(
  data: readonly Datum[],
  rows: readonly (readonly Cluster[])[],
  rowLength: number,
): MicroBatch {
  const count = rows.length * rowLength;
  const ids_T = new BigInt64Array(count);
  const positions_T = new BigInt64Array(count);
  // Segment 0 is padding.
  const segments_T = new Int32Array(count);
  const prefixes_T = new Int32Array(count);
  const selected: { at: number; datum: number; token: number }[] = [];
  let processedTokens = 0;
  rows.forEach((clusters, row) => {
    let at = row * rowLength;
    let segment = 0;
    const place = (piece: Piece, prefix: number | undefined, isTrained: boolean) => {
      const { tokens_T, weights_T } = data[piece.datum] as Datum;
      segment += 1;
      for (let t = piece.first; t < piece.end; t += 1, at += 1) {
        ids_T[at] = BigInt(tokens_T[t] ?? 0);
        positions_T[at] = BigInt(t);
        segments_T[at] = segment;
        prefixes_T[at] = prefix ?? segment;
        if (isTrained && weights_T[t + 1] !== 0) selected.push({ at, datum: piece.datum, token: t + 1 });
      }
      processedTokens += size(piece);
      return segment;
    };
    for (const { prompt, pieces } of clusters) {
      const prefix = prompt === undefined ? undefined : place(prompt, undefined, false);
      for (const piece of pieces) place(piece, prefix, true);
    }
  });
  const N = selected.length;
  const unselect_T = new BigInt64Array(count).fill(BigInt(N));
  selected.forEach(({ at }, n) => {
    unselect_T[at] = BigInt(n);
  });
  const gather = (list: (datum: Datum) => Float32Array | undefined) =>
    Float32Array.from(selected, ({ datum, token }) => list(data[datum] as Datum)?.[token] ?? 0);
  return {
    rows: rows.length,
    rowLength,
    ids_T,
    positions_T,
    segments_T,
    prefixes_T,
    select_N: BigInt64Array.from(selected, ({ at }) => BigInt(at)),
    unselect_T,
    targets_N: BigInt64Array.from(selected, ({ datum, token }) => BigInt(data[datum]?.tokens_T[token] ?? 0)),
    weights_N: gather((datum) => datum.weights_T),
    oldLogprobs_N: gather((datum) => datum.logprobs_T),
    advantages_N: gather((datum) => datum.advantages_T),
    referenceLogprobs_N: gather((datum) => datum.referenceLogprobs_T),
    datum_N: Int32Array.from(selected, ({ datum }) => datum),
    token_N: Int32Array.from(selected, ({ token }) => token),
    processedTokens,
  };
}
