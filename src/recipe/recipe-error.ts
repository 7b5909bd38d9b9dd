/**
 * Everything that is wrong with a recipe, in one error: each item says where (line of the YAML file, or the
 * `--set` argument that did it), which field, what was expected and what was found, and what would be valid.
 */
export interface RecipeFault {
  /** `recipes/lab.yaml:12:5`, `--set rl.steps=many`, or the file alone. */
  readonly where: string;
  /** Dotted path of the field; empty when the fault is not one field's. */
  readonly field: string;
  readonly message: string;
  /** What would be valid, one line each. */
  readonly hints: readonly string[];
}

export class RecipeError extends Error {
  override readonly name = 'RecipeError';
  readonly faults: readonly RecipeFault[];

  constructor(faults: readonly RecipeFault[]) {
    super(faults.map(faultText).join('\n'));
    this.faults = faults;
  }
}

function faultText(fault: RecipeFault): string {
  const field = fault.field === '' ? '' : `${fault.field}: `;
  return [`${fault.where}  ${field}${fault.message}`, ...fault.hints.map((hint) => `    ${hint}`)].join('\n');
}
