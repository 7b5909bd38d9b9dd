// Runs a TypeScript script of this repository with a sufficient Node: node bin/with-node.js scripts/test.ts ARGS…
// It is also what the launcher starts in the newer Node, and then ends when the launcher does.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runWithNode } from './node-runtime.js';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: node bin/with-node.js SCRIPT [ARGUMENT…]');
  process.exit(2);
}
if (process.env.QED_LAUNCHED === '1') {
  // Processes that this one starts are not launched in that sense, and must not look for a launcher.
  delete process.env.QED_LAUNCHED;
  if (process.channel) {
    // At once: an orderly exit would abort in a worker thread that computes. Whatever is durable is so already.
    const end = () => process.kill(process.pid, 'SIGKILL');
    process.on('disconnect', end);
    process.channel.unref();
    if (!process.connected) end();
  }
}
await runWithNode(pathToFileURL(path.resolve(script)), args);
