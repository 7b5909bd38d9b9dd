/** Where a Chromium is: that which QED_CHROMIUM names, else one on the PATH. */
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Undefined where there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env.QED_CHROMIUM;
  if (named !== undefined && named !== '') return named;
  const places = (process.env.PATH ?? '').split(path.delimiter);
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = places.map((place) => path.join(place, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
  }
  return undefined;
}
