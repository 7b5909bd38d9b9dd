/** One thing that a recipe needs, and how it stands. What could not be checked says so and why; it never passes for it. */
export interface RecipeCheck {
  /** What was checked, with the recipe's field where one names it. */
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'unchecked';
  /** What was found, or why it could not be checked. */
  readonly found: string;
  /** How to mend it; present unless the status is ok. */
  readonly mend?: string;
}

/** How long a server may take to answer one question. */
export const usualPatience = 20_000;

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `1,024`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
