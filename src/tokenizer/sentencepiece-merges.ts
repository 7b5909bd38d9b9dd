/**
 * SentencePiece's BPE knows a score for each piece, `tokenizer.json` a list of merges. A piece can be made of any two
 * pieces that spell it, and the pair whose whole has the higher score is joined first; so scores become merges by
 * listing every such pair, best whole first (as transformers does when it converts such a model), and merges become
 * scores where they are exactly such a list.
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
 * Scores of pieces, given in the order of their ids, for which `mergesOfScores` lists exactly these merges, or
 * undefined where there are none. They fall from one piece to the next that merges make; pieces whose merges are
 * interleaved share one, as runs of spaces do in Llama's vocabulary. What no merge makes has 0.
 */
export function scoresOfMerges(
  pieces: readonly string[],
  merges: readonly (readonly [string, string])[],
): Float32Array<ArrayBuffer> | undefined {
  const lastMergeOf = new Map(merges.map(([left, right], place) => [left + right, place]));
  const scoreOf = new Map(pieces.map((piece) => [piece, 0]));
  let score = 0;
  let sharedUntil = -1;
  for (const [place, [left, right]] of merges.entries()) {
    const whole = left + right;
    if (place > sharedUntil) score -= 1;
    sharedUntil = Math.max(sharedUntil, lastMergeOf.get(whole) ?? place);
    if (!scoreOf.has(whole)) return undefined;
    scoreOf.set(whole, score);
  }
  const again = mergesOfScores(scoreOf);
  const isSame =
    again.length === merges.length &&
    again.every(([left, right], place) => left === merges[place]?.[0] && right === merges[place]?.[1]);
  return isSame ? Float32Array.from(scoreOf.values()) : undefined;
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
