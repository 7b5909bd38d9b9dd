/**
 * SentencePiece's BPE knows a score for each piece, `tokenizer.json` a list of merges. A piece can be made of any two
 * pieces that spell it, and the pair whose whole has the higher score is joined first; so scores become merges by
 * listing every such pair, best whole first (as transformers does when it converts such a model), and merges become
 * scores where they are such a list.
 */

/** The merges that scores stand for, most important first. `scoreOf` holds the pieces in the order of their ids. */
export function mergesOfScores(scoreOf: ReadonlyMap<string, number>): [string, string][] {
  const idOf = new Map([...scoreOf.keys()].map((piece, id) => [piece, id]));
  const candidates: { readonly left: string; readonly right: string; readonly score: number }[] = [];
  for (const [piece, score] of scoreOf) {
    const pairs = pairsThatSpell(piece, idOf).map(([left, right]) => ({ left, right, score }));
    candidates.push(
      ...pairs.sort(
        (a, b) => idIn(idOf, a.left) - idIn(idOf, b.left) || idIn(idOf, a.right) - idIn(idOf, b.right),
      ),
    );
  }
  return candidates
    .sort(
      (a, b) =>
        b.score - a.score || lengthOf(b.left) - lengthOf(a.left) || lengthOf(b.right) - lengthOf(a.right),
    )
    .map(({ left, right }) => [left, right]);
}

/**
 * Scores of pieces under which SentencePiece's BPE joins what the merges join: minus the place of a piece among the
 * pieces that merges make, and 0 for what no merge makes. Undefined where no scores do: some pair of pieces that
 * spells a piece is no merge, or merges of different pieces are interleaved.
 */
export function scoresOfMerges(
  pieces: readonly string[],
  merges: readonly (readonly [string, string])[],
): Float32Array<ArrayBuffer> | undefined {
  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  const mergesThatMake = new Map<string, number>();
  let previous: string | undefined;
  for (const [left, right] of merges) {
    const whole = left + right;
    const count = mergesThatMake.get(whole);
    if (count !== undefined && whole !== previous) return undefined;
    mergesThatMake.set(whole, (count ?? 0) + 1);
    previous = whole;
  }
  const scores = new Float32Array(pieces.length);
  let place = 0;
  for (const [whole, count] of mergesThatMake) {
    const id = idOf.get(whole);
    if (id === undefined || pairsThatSpell(whole, idOf).length !== count) return undefined;
    place += 1;
    scores[id] = -place;
  }
  const isWhole = (piece: string): boolean => mergesThatMake.has(piece);
  return pieces.every((piece) => isWhole(piece) || pairsThatSpell(piece, idOf).length === 0)
    ? scores
    : undefined;
}

function pairsThatSpell(piece: string, idOf: ReadonlyMap<string, number>): [string, string][] {
  const pairs: [string, string][] = [];
  for (let cut = 1; cut < piece.length; cut += 1) {
    const [left, right] = [piece.slice(0, cut), piece.slice(cut)];
    if (idOf.has(left) && idOf.has(right)) pairs.push([left, right]);
  }
  return pairs;
}

function idIn(idOf: ReadonlyMap<string, number>, piece: string): number {
  return idOf.get(piece) ?? -1;
}

/** In code points, as Python counts. */
function lengthOf(text: string): number {
  return [...text].length;
}
