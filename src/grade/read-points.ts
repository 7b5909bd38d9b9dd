/**
 * Points out of a judge's reply. What only shows a number is passed over (`**7**`, `7.0`, `7/7`, `7 out of 7`);
 * anything else than one number of the scale is malformed. NULL-NOT-ZERO: nothing is rounded, clamped, added up or
 * translated, and nothing becomes a 0 because it could not be read.
 */
import type { Reply } from '../model/chat-model.ts';
import { plainVerdict } from '../prompt/read-boxed.ts';
import { withoutInvisible } from '../prompt/without-invisible.ts';
import { lastVerdict } from './last-verdict.ts';
import type { Scale } from './scale.ts';

export type PointsReading =
  | { readonly ok: true; readonly points: number }
  | {
      readonly ok: false;
      readonly fault: 'no-verdict' | 'unfinished' | 'not-a-number' | 'off-scale';
      /** For the judge: what was wrong with its reply. */
      readonly complaint: string;
    };

export const POINTS_TAG = 'points';

/**
 * Reads the answer of a reply, never its reasoning.
 *
 * @example readPoints({ answer: 'Complete. <points>7/7</points>', finish: 'stop' }, SCALES.points) // { ok: true, points: 7 }
 */
export function readPoints(reply: Pick<Reply, 'answer' | 'finish'>, scale: Scale): PointsReading {
  const verdict = lastVerdict(reply, POINTS_TAG);
  if (!verdict.ok) return verdict;
  const text = plainVerdict(withoutInvisible(verdict.content)).replaceAll(/^_+|_+$/g, '');
  const points = pointsOf(text);
  if (points !== undefined && scale.steps.includes(points)) return { ok: true, points };
  const fault = points !== undefined || /^[-+−]?\d+(?:[.,]\d+)?/.test(text) ? 'off-scale' : 'not-a-number';
  return {
    ok: false,
    fault,
    complaint: `its verdict is ${shown(verdict.content)}, which is not ${scale.words}`,
  };
}

function pointsOf(text: string): number | undefined {
  const found =
    /^(?:(?:final )?(?:score|grade|points|mark)\s*[:=]\s*)?(\d)(?:\.0+)?(?:\s*(?:\/|out of|of)\s*7)?(?:\s*(?:points?|pts?|marks?))?$/i.exec(
      text,
    );
  return found === null ? undefined : Number(found[1]);
}

/** The beginning of what a judge wrote, fit to stand in a message to it. */
export function shown(content: string): string {
  const plain = withoutInvisible(content).replaceAll(/[<>]/g, ' ').replaceAll(/\s+/g, ' ').trim();
  return plain === '' ? 'empty' : JSON.stringify(plain.length > 40 ? `${plain.slice(0, 40)}…` : plain);
}
