/**
 * The Pareto front of score against cost: the points that no other point beats, by being no dearer and no worse, and
 * better in one of the two.
 */

export interface CostedScore {
  /** Tokens, money or time; less is better. */
  readonly cost: number;
  /** More is better. */
  readonly score: number;
}

/** The points on the front, by rising cost; of equal points all. Throws on a cost or score that is not finite. */
export function paretoFront<Point extends CostedScore>(points: readonly Point[]): Point[] {
  for (const { cost, score } of points) {
    if (!Number.isFinite(cost) || !Number.isFinite(score)) {
      throw new RangeError(
        `Pareto front: cost ${cost} and score ${score}; both must be finite. Leave out what is unknown`,
      );
    }
  }
  const front: Point[] = [];
  for (const point of points.toSorted((a, b) => a.cost - b.cost || b.score - a.score)) {
    const last = front.at(-1);
    const equal = last?.cost === point.cost && last.score === point.score;
    if (last === undefined || point.score > last.score || equal) front.push(point);
  }
  return front;
}
