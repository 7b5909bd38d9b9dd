/** Whether a directory is a folder that was written here for the hub, and may be replaced by the next: whole, with a card of ours. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestName } from '../journal/checkpoint-manifest.ts';
import { readCardHead } from './card-head.ts';
import { cardFile } from './model-folder.ts';

/** In the tags of every card that is written here, and of no model that was imported. */
export const ownTag = 'qed';

export function isPublishFolder(directory: string): boolean {
  if (!existsSync(path.join(directory, manifestName))) return false;
  try {
    const { tags } = readCardHead(readFileSync(path.join(directory, cardFile), 'utf8'), cardFile);
    return Array.isArray(tags) && tags.includes(ownTag);
  } catch {
    // No card, or another one.
    return false;
  }
}
