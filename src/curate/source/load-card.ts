/**
 * Reads a source card by its name or its file. Either all of it holds, or one CardError names every fault with its line.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkYaml, yamlFaultText } from '../../problems/tables/checked-yaml.ts';
import { type SourceCard, sourceCardSchema } from './source-card.ts';

const packaged = fileURLToPath(new URL('../../../sources/', import.meta.url));
const extension = /\.ya?ml$/;

export class CardError extends Error {
  override readonly name = 'CardError';
}

/** Names of the cards that come with the package. */
export function cardNames(): string[] {
  return readdirSync(packaged)
    .filter((file) => extension.test(file))
    .map((file) => file.replace(extension, ''))
    .sort();
}

/** The card of that name (`olympiadbench`), or in that file. Throws a CardError. */
export function loadCard(nameOrPath: string): SourceCard {
  const isPath = /[\\/]/.test(nameOrPath) || extension.test(nameOrPath);
  const file = isPath ? path.resolve(nameOrPath) : path.join(packaged, `${nameOrPath}.yaml`);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new CardError(
      isPath
        ? `${nameOrPath}: there is no such file`
        : `no source "${nameOrPath}"; there is ${cardNames().join(', ')}, or give the file of a card`,
    );
  }
  return parseCard(readFileSync(file, 'utf8'), isPath ? nameOrPath : `sources/${nameOrPath}.yaml`);
}

/** `shown` names the text in faults. */
export function parseCard(source: string, shown: string): SourceCard {
  const checked = checkYaml(source, sourceCardSchema);
  if (checked.ok) return checked.data;
  throw new CardError(checked.faults.map((fault) => yamlFaultText(shown, fault)).join('\n'));
}
