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

/** A model at an endpoint as calls know it: `gpt-oss-20b@10.0.0.5:8000/v1`. A step (`rl@100`) has neither point nor port. */
const modelAt = /@((?:[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+:\d+)(?:\/[\w./-]*)?)/g;
const quotedPath = /"((?:\/|[A-Za-z]:\\\\)[^"\n]+)"/g;

/** As YAML. */
export function sharedRecipe(recipe: object): string {
  return stringify(withoutPlaces(recipe), { lineWidth: 0 }).trimEnd();
}

/** Text with private addresses and absolute paths taken out. */
export function withoutAddresses(text: string): string {
  const noAddresses = text
    .replaceAll(address, (found) => (isPublic(found) ? found : 'private-address'))
    .replaceAll(modelAt, (found, place: string) =>
      isPublic(`http://${place}`) ? found : '@private-address',
    );
  return path.isAbsolute(noAddresses) ? path.basename(noAddresses) : noAddresses;
}

/** The same of JSON inside a longer text: whole values that are paths keep their last name. */
export function withoutPlacesInText(text: string): string {
  return withoutAddresses(text).replaceAll(quotedPath, (_, place: string) => `"${path.basename(place)}"`);
}

function isPublic(url: string): boolean {
  return publicHosts.test(URL.parse(url)?.hostname ?? '');
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
