/** Fields of recipes: where two differ, and by section. */
import type { RecipeField } from '../../../../src/view/api/run.ts';

export interface FieldPair {
  readonly field: RecipeField;
  /** The value in the other recipe; undefined where it does not have the field, or there is no other. */
  readonly other: string | undefined;
}

/** Fields of either that are not the same in both, in the order of the first. */
export function differences(own: readonly RecipeField[], others: readonly RecipeField[]): FieldPair[] {
  const theirs = new Map(others.map((field) => [field.path, field]));
  const mine = new Set(own.map(({ path }) => path));
  return [
    ...own.flatMap((field) => {
      const other = theirs.get(field.path)?.value;
      return other === field.value ? [] : [{ field, other }];
    }),
    ...others.flatMap((field) =>
      mine.has(field.path)
        ? []
        : [{ field: { ...field, value: 'absent', standard: null }, other: field.value }],
    ),
  ];
}

export interface FieldSection {
  readonly name: string;
  readonly pairs: readonly FieldPair[];
}

/** By what stands before the first dot; fields of the recipe itself come first. */
export function inSections(pairs: readonly FieldPair[]): FieldSection[] {
  const sections = new Map<string, FieldPair[]>();
  for (const pair of pairs) {
    const { path } = pair.field;
    const name = path.includes('.') ? path.slice(0, path.indexOf('.')) : 'recipe';
    const section = sections.get(name) ?? [];
    sections.set(name, section);
    section.push(pair);
  }
  return [...sections].map(([name, own]) => ({ name, pairs: own }));
}
