/**
 * Reads a description of a cluster by its name or its file. Either all of it holds, or one ClusterError names every fault
 * with its line.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { type Cluster, clusterSchema } from './cluster.ts';

const packaged = fileURLToPath(new URL('../../clusters/', import.meta.url));
const extension = /\.ya?ml$/;

export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}

/** Names of the descriptions that come with the package. */
export function clusterNames(): string[] {
  return readdirSync(packaged)
    .filter((file) => extension.test(file))
    .map((file) => file.replace(extension, ''))
    .sort();
}

/** The cluster of that name (`paper`), or in that file. Throws a ClusterError. */
export function loadCluster(nameOrPath: string): Cluster {
  const isPath = /[\\/]/.test(nameOrPath) || extension.test(nameOrPath);
  const file = isPath ? path.resolve(nameOrPath) : path.join(packaged, `${nameOrPath}.yaml`);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new ClusterError(
      isPath
        ? `${nameOrPath}: there is no such file`
        : `no cluster "${nameOrPath}"; there is ${clusterNames().join(', ')}, or give a file`,
    );
  }
  return parseCluster(readFileSync(file, 'utf8'), isPath ? nameOrPath : `clusters/${nameOrPath}.yaml`);
}

/** `shown` names the text in faults. */
export function parseCluster(source: string, shown: string): Cluster {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined)
    throw new ClusterError(`${shown}:${lines.linePos(fault.pos[0]).line}  ${fault.message}`);
  const result = clusterSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path: at, message }) => {
    const field = at.join('.');
    return `${shown}${lineOf(at)}  ${field === '' ? '' : `${field}: `}${message}`;
  });
  throw new ClusterError(faults.join('\n'));

  /** `:12` of the field, or of what should hold it. */
  function lineOf(at: readonly PropertyKey[]): string {
    for (let length = at.length; length > 0; length -= 1) {
      const node = document.getIn(at.slice(0, length), true);
      if (isNode(node) && node.range) return `:${lines.linePos(node.range[0]).line}`;
    }
    return '';
  }
}
