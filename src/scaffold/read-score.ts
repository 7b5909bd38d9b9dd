/**
 * A score out of a judge's last box. Forms of one number are read alike (`7`, `7.0`, `7/7`, `{7}`, `\text{7 points}`,
 * `\frac12`); a number outside the scale, between its steps, or on another scale is a complaint, never rounded.
 */

import { plainVerdict, readBoxed } from '../prompt/read-boxed.ts';
import type { Reading } from '../prompt/reading.ts';

export interface Scale {
  /** The scores that may be given, in rising order. */
  readonly steps: readonly number[];
  /** For complaints and prompts, for example `a whole number from 0 to 7`. */
  readonly words: string;
}

/** Points of an olympiad. */
export const POINTS: Scale = { steps: [0, 1, 2, 3, 4, 5, 6, 7], words: 'one whole number from 0 to 7' };

/** Wrong or incomplete, right with gaps, right: the scale of DeepSeek-Math-V2. */
export const HALVES: Scale = { steps: [0, 0.5, 1], words: 'one of 0, 0.5 and 1' };

export function readScore(reply: string, scale: Scale): Reading<number> {
  const content = readBoxed(reply);
  if (content === undefined) return { ok: false, complaint: 'it has no score in \\boxed{}' };
  const value = numberOf(plainVerdict(content), scale.steps.at(-1) ?? 1);
  if (value !== undefined && scale.steps.includes(value)) return { ok: true, value };
  const shown = JSON.stringify(content.slice(0, 40));
  return { ok: false, complaint: `the last box holds ${shown}, which is not ${scale.words}` };
}

function numberOf(verdict: string, highest: number): number | undefined {
  const text = verdict
    .toLowerCase()
    .replaceAll('⁄', '/')
    .replace(/^(?:final )?(?:score|grade|points|mark|rating|verdict)\s*[:=]?\s*/, '')
    .replace(UNIT, '');
  const fraction =
    /^\\[dt]?frac\s*\{?(\d)\}?\s*\{?(\d)\}?$/.exec(text) ?? /^([\d.]+) ?(?:\/|out of|of) ?(\d+)$/.exec(text);
  if (fraction === null) return plainNumber(text);
  const [above, below] = [plainNumber(fraction[1] ?? ''), Number(fraction[2])];
  if (above === undefined) return undefined;
  // Points out of the highest score are that many points; a half may be written as one of two.
  if (below === highest) return above;
  return highest === 1 && below === 2 ? above / below : undefined;
}

/** Points, in the languages that judges fall into. */
const UNIT = /\s*(?:points?|pts?|marks?|punkte?|puntos?|балл(?:а|ов)?|分|点)$/u;

/** With a decimal point or a decimal comma. */
function plainNumber(text: string): number | undefined {
  return /^(?:\d+(?:[.,]\d+)?|\.\d+)$/.test(text) ? Number(text.replace(',', '.')) : undefined;
}
