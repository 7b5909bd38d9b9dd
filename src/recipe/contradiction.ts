/** Where a recipe contradicts itself, and what is wrong there. */
export interface Contradiction {
  readonly path: readonly string[];
  readonly message: string;
}
