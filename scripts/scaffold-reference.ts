// Writes the tables of docs/scaffolds.md from the scaffolds' settings.
import { readFileSync, writeFileSync } from 'node:fs';
import { withScaffoldTables } from '../src/scaffold/scaffold-reference.ts';

const page = new URL('../docs/scaffolds.md', import.meta.url);
writeFileSync(page, withScaffoldTables(readFileSync(page, 'utf8')));
