// Writes docs/recipe-reference.md from the recipe's schema.
import { writeFileSync } from 'node:fs';
import { recipeReference } from '../src/recipe/reference.ts';

writeFileSync(new URL('../docs/recipe-reference.md', import.meta.url), recipeReference());
