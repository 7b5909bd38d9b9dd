/** One proof with the grade that a judge gave it and the grade that it should have; the grades of one problem belong together. */

export interface GradedPair {
  readonly grade: number;
  readonly reference: number;
}
