/**
 * The reference page of the recipe, written from the schema: every field with its type, default and description.
 * docs/recipe-reference.md is this text, and a test fails when it is not, so that the page never disagrees with
 * what is checked.
 */
import { expectation, type FieldSchema, recipeFields } from './field-schema.ts';

/** The command that writes the page anew. */
export const regenerateCommand = 'node bin/with-node.js scripts/recipe-reference.ts';

/** The page as Markdown. */
export function recipeReference(): string {
  const recipe = recipeFields();
  const plain: string[] = [];
  const sections: string[] = [];
  // Mappings with alternatives inside the sections, such as the optimiser, get one section of their own each.
  const shared = new Map<string, FieldSchema>();
  const seen = new Map<string, string>();
  for (const [name, field] of Object.entries(recipe.properties ?? {})) {
    if (!isMapping(field)) {
      plain.push(row(name, field, isRequired(recipe, name)));
      continue;
    }
    const fields = JSON.stringify([field.properties, field.oneOf]);
    const twin = seen.get(fields);
    seen.set(fields, twin ?? name);
    sections.push(
      twin === undefined
        ? section(name, field, shared)
        : paragraphs(`## ${name}`, field.description, `Its fields are those of [${twin}](#${twin}).`),
    );
  }
  for (const [name, field] of shared) sections.push(section(name, field, new Map()));
  return `${[introduction, table(plain), ...sections].join('\n\n')}\n`;
}

const introduction = `# Recipe reference

<!-- Written by \`${regenerateCommand}\` from src/recipe/schema.ts; do not edit. -->

A recipe is a YAML file that decides everything a run does. A stage that the recipe does not name does not run.
\`qed run\` checks all of it before anything is computed, and \`--set field=value\` replaces a field by its dotted
name. Paths in a recipe are relative to its file. Mappings that come in kinds begin with \`kind\`.

## Top level`;

function section(name: string, field: FieldSchema, shared: Map<string, FieldSchema>): string {
  const alternatives = field.oneOf?.map((option) =>
    paragraphs(`### ${name} of kind ${kindOf(option)}`, option.description, fieldsTable(option, shared)),
  );
  return paragraphs(`## ${name}`, field.description, ...(alternatives ?? [fieldsTable(field, shared)]));
}

/** All fields below a mapping, nested ones by their dotted names; empty when there are none to choose. */
function fieldsTable(mapping: FieldSchema, shared: Map<string, FieldSchema>): string {
  const rows = rowsOf(mapping, '', shared);
  return rows.length === 0 ? '' : table(rows);
}

function rowsOf(mapping: FieldSchema, prefix: string, shared: Map<string, FieldSchema>): string[] {
  return Object.entries(mapping.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const required = isRequired(mapping, name);
    if (field.oneOf !== undefined) {
      const known = shared.get(name);
      if (known !== undefined && JSON.stringify(known.oneOf) !== JSON.stringify(field.oneOf)) {
        throw new Error(`${path}: two fields named ${name} have different alternatives`);
      }
      shared.set(name, field);
      const meaning = [field.description, `See [${name}](#${name}).`].filter(Boolean).join(' ');
      return [`| \`${path}\` | a mapping | ${required ? 'required' : ''} | ${cell(meaning)} |`];
    }
    if (field.properties !== undefined) return rowsOf(field, `${path}.`, shared);
    // The constant that tells alternatives apart is in the heading.
    return field.const !== undefined && required ? [] : [row(path, field, required)];
  });
}

function row(path: string, field: FieldSchema, required: boolean): string {
  const standard =
    field.default === undefined ? (required ? 'required' : '') : `\`${defaultText(field.default)}\``;
  return `| \`${path}\` | ${cell(expectation(field))} | ${standard} | ${cell(field.description ?? '')} |`;
}

function table(rows: readonly string[]): string {
  return ['| field | value | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function paragraphs(...texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== '').join('\n\n');
}

function isMapping(field: FieldSchema): boolean {
  return field.properties !== undefined || field.oneOf !== undefined;
}

function isRequired(mapping: FieldSchema, name: string): boolean {
  return mapping.required?.includes(name) ?? false;
}

/** The constant that tells one alternative from the others. */
function kindOf(option: FieldSchema): string {
  const constants = Object.values(option.properties ?? {}).flatMap((field) => field.const ?? []);
  return String(constants[0] ?? '');
}

function defaultText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** A vertical bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
