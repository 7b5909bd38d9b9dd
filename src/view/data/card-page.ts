/** The data card: the one that the curation left, else one made of the steps that have finished. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dataCard } from '../../curate/report/data-card.ts';
import { createMathematics } from '../../prove/mathematics.ts';
import { packageVersion } from '../../recipe/package-version.ts';
import type { DataCardPage } from '../api/data.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { dataRun, stepPlaces } from './places.ts';
import { rendered } from './render.ts';
import { recordOf } from './steps.ts';

export const dataCardPage: Resource<'data/:run/card.json'> = {
  async read(workplace, { run }): Promise<DataCardPage> {
    const place = dataRun(workplace, run);
    const records = stepPlaces(place).flatMap((step) => {
      const read = recordOf(step);
      return 'record' in read ? [read.record] : [];
    });
    if (records.length === 0) throw new NotFoundError(`${place.path} has no finished step, so no data card`);
    const written = place.kind === 'curation' ? cardOf(place.directory) : undefined;
    const name = path.basename(place.directory);
    const text = written ?? dataCard({ name, records, version: packageVersion() });
    return { html: rendered(withoutHead(text), createMathematics()) };
  },
  *instances(workplace) {
    for (const { id, kind } of workplace.runs()) {
      if (kind !== 'curation' && kind !== 'data-step') continue;
      if (stepPlaces(dataRun(workplace, id)).some((step) => 'record' in recordOf(step))) yield { run: id };
    }
  },
};

function cardOf(directory: string): string | undefined {
  try {
    return readFileSync(path.join(directory, 'README.md'), 'utf8');
  } catch {
    return undefined;
  }
}

/** What the hub reads is no text for people. */
function withoutHead(text: string): string {
  return text.replace(/^---\n[\s\S]*?\n---\n/, '');
}
