// Runs a TypeScript script of this repository with a sufficient Node: node bin/with-node.js scripts/test.ts ARGS…
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runWithNode } from './node-runtime.js';

if (process.env.QED_LAUNCHED === '1' && process.channel) {
  process.on('disconnect', () => process.exit(137));
  process.channel.unref();
}
const [script, ...args] = process.argv.slice(2);
await runWithNode(pathToFileURL(path.resolve(script)), args);
