/** True when a Node of this version strips types and has node:sqlite without a flag. */
export function isCurrentNodeSufficient(version?: string): boolean;

/** Name of the npm package with Node 26 for a platform, or undefined when there is none. */
export function platformPackage(platform?: string, arch?: string): string | undefined;

/** Path of the Node 26 binary in the platform package, or undefined when npm did not install it. */
export function packagedNode(platform?: string, arch?: string): string | undefined;

/** True when at least one package that the package.json at `root` depends on is installed for it. */
export function hasDependencies(root?: URL): boolean;

/** Runs a script with a Node that can: in this process, or in a child that this process speaks for. */
export function runWithNode(script: URL, args: readonly string[]): Promise<void>;

/** Runs `script` with the Node at `binary`, passing signals on; resolves to the exit code. */
export function runInChild(binary: string, script: URL, args: readonly string[]): Promise<number>;
