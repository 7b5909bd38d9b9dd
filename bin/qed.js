#!/usr/bin/env node
// The qed command. In a checkout it runs the TypeScript sources, in an installed package the built ones.
import { existsSync } from 'node:fs';
import { runWithNode } from './node-runtime.js';

const source = new URL('../src/cli/main.ts', import.meta.url);
await runWithNode(
  existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url),
  process.argv.slice(2),
);
