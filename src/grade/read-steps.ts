/**
 * What a judge wrote about each item of a scheme, one line an item: `C1 | 2 | why`. These lines explain a verdict and
 * never make one: a line that is not of this form is left out.
 */
import type { Problem } from '../problems/problem.ts';
import { deductionName } from '../problems/scheme-markdown.ts';
import type { GradeItem } from './grade.ts';
import { lastVerdict } from './last-verdict.ts';

/** From the last `<steps>` that the judge says itself; empty when there is none. */
export function readSteps(answer: string, scheme: Problem['scheme']): GradeItem[] {
  const found = lastVerdict({ answer, finish: 'stop' }, 'steps');
  if (!found.ok) return [];
  const descriptions = new Map<string, string>([
    ...(scheme?.checkpoints ?? []).map(({ id, description }) => [id, description] as const),
    ...(scheme?.deductions ?? []).map(
      ({ description }, index) => [deductionName(index), description] as const,
    ),
  ]);
  return found.content.split('\n').flatMap((line) => {
    const [, name, number, reason = ''] =
      /^[\s|*-]*([^|]*[^|\s*])[\s*]*\|\s*([^|]*[^|\s])\s*\|\s*(.*?)[\s|]*$/.exec(line) ?? [];
    const points = pointsOf(number ?? '');
    if (name === undefined || points === undefined) return [];
    const description = descriptions.get(name);
    const what = description === undefined ? name : `${name}: ${description}`;
    return [{ what, points, reason: reason.trim() }];
  });
}

/** `2`, `2/3`, `+2`, `−1`, `1.5`. */
function pointsOf(text: string): number | undefined {
  const found = /^([+−–-]?)\s*(\d+(?:\.\d+)?)(?:\s*(?:\/|of|out of)\s*\d+)?(?:\s*(?:points?|pts?))?$/i.exec(
    text.replaceAll(/[*`$]/g, '').trim(),
  );
  if (found === null) return undefined;
  const value = Number(found[2]);
  return /[−–-]/.test(found[1] ?? '') && value > 0 ? -value : value;
}
