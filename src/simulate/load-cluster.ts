/**
 * Reads a description of a cluster by its name or its file. Either all of it holds, or one ClusterError names every fault
 * with its line.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkYaml, yamlFaultText } from '../problems/tables/checked-yaml.ts';
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
  const checked = checkYaml(source, clusterSchema);
  if (checked.ok) return checked.data;
  throw new ClusterError(checked.faults.map((fault) => yamlFaultText(shown, fault)).join('\n'));
}
