/**
 * A recipe as it may be shown to everybody: what names places of one's own machine or network (paths, addresses, models
 * behind private endpoints) is replaced, the last name of a path stays.
 */
import path from 'node:path';
import { stringify } from 'yaml';
import { isRecord } from '../engine/json-file.ts';

/** Services that anyone may know of. */
const publicHosts =
  /(^|\.)(openai\.com|openrouter\.ai|googleapis\.com|anthropic\.com|thinkingmachines\.dev|huggingface\.co)$/;
const address = /\bhttps?:\/\/[^\s#,)'"]+/g;

/** As YAML. */
export function sharedRecipe(recipe: object): string {
  return stringify(withoutPlaces(recipe), { lineWidth: 0 }).trimEnd();
}

/** Text with private addresses and absolute paths taken out. */
export function withoutAddresses(text: string): string {
  const noAddresses = text.replaceAll(address, (found) => {
    const host = URL.parse(found)?.hostname ?? '';
    return publicHosts.test(host) ? found : 'private-address';
  });
  return path.isAbsolute(noAddresses) ? path.basename(noAddresses) : noAddresses;
}

function withoutPlaces(value: unknown): unknown {
  if (typeof value === 'string') {
    const isUpwards = /^\.{1,2}[\\/]/.test(value);
    return isUpwards ? path.basename(value) : withoutAddresses(value);
  }
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutPlaces(one)]));
}
