import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type FieldSchema, recipeFields } from './field-schema.ts';
import { recipeReference, regenerateCommand } from './reference.ts';

test('docs/recipe-reference.md is what the schema says', () => {
  const page = readFileSync(new URL('../../docs/recipe-reference.md', import.meta.url), 'utf8');
  assert.ok(page === recipeReference(), `the page is out of step with the schema; run: ${regenerateCommand}`);
});

test('every field is described, and its description is on the page', () => {
  const page = recipeReference();
  const visit = (field: FieldSchema, path: string): void => {
    for (const option of field.oneOf ?? []) visit(option, path);
    for (const [name, child] of Object.entries(field.properties ?? {})) {
      const isLeaf = child.properties === undefined && child.oneOf === undefined;
      const isKind = child.const !== undefined && child.default === undefined;
      if (isLeaf && !isKind) {
        assert.ok(child.description, `${path}${name} has no description`);
        const isShown = page
          .split('\n')
          .some((line) => line.includes(`${name}\``) && line.includes(child.description ?? ''));
        assert.ok(isShown, `${path}${name} has no row`);
      }
      visit(child, `${path}${name}.`);
    }
  };
  visit(recipeFields(), '');
});
