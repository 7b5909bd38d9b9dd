/** Confusion of a grader: how often it gave each class to what truly is of each class, and what that says by class. */
import { checkSameLength } from './complete-pairs.ts';

export interface Confusion<Class extends string> {
  readonly classes: readonly Class[];
  /** `counts[t][g]`: items truly of class t to which the grader gave class g. The last of each is "in no class". */
  readonly counts: readonly (readonly number[])[];
  /** Share of all items whose class is right; what is in no class is wrong. Absent without items. */
  readonly accuracy: number | undefined;
  /** By class: share of its items that the grader found. Absent for a class without items. */
  readonly recall: Readonly<Record<Class, number | undefined>>;
  /** By class: share of what the grader put there that belongs there. Absent where it put nothing. */
  readonly precision: Readonly<Record<Class, number | undefined>>;
}

export function confusion<Class extends string>(
  given: readonly (Class | undefined)[],
  truth: readonly (Class | undefined)[],
  classes: readonly Class[],
): Confusion<Class> {
  checkSameLength(given, truth);
  const indexOf = new Map<Class | undefined, number>(classes.map((name, c) => [name, c]));
  const counts = [...classes, undefined].map(() => new Array<number>(classes.length + 1).fill(0));
  truth.forEach((name, i) => {
    const row = counts[indexOf.get(name) ?? classes.length] ?? [];
    const column = indexOf.get(given[i]) ?? classes.length;
    row[column] = (row[column] ?? 0) + 1;
  });
  const right = (c: number) => counts[c]?.[c] ?? 0;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const byClass = (share: (c: number) => number | undefined) =>
    Object.fromEntries(classes.map((name, c) => [name, share(c)])) as Record<Class, number | undefined>;
  return {
    classes,
    counts,
    accuracy: share(sum(classes.map((_, c) => right(c))), truth.length),
    recall: byClass((c) => share(right(c), sum(counts[c] ?? []))),
    precision: byClass((c) => share(right(c), sum(counts.map((row) => row[c] ?? 0)))),
  };
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
