/**
 * The scheme in an entry of MathArena's `grading_scheme.json`: `{id, points: 7, scheme: [{title, points, desc}]}`. Also the
 * list in it alone.
 */
import { z } from 'zod';
import { gradingSchemeSchema } from '../problem.ts';
import { schemeFaults } from './check-scheme.ts';
import type { SchemeReading } from './scheme-reading.ts';

const itemSchema = z.looseObject({
  title: z.string().trim().min(1).optional(),
  points: z.number(),
  desc: z.string().trim().min(1).optional(),
});
const listSchema = z.array(itemSchema).min(1);
const entrySchema = z.looseObject({ points: z.number().optional(), scheme: listSchema });

export function schemeOfMarkList(entry: unknown): SchemeReading {
  const parsed = z.union([entrySchema, listSchema.transform((scheme) => ({ scheme }))]).safeParse(entry);
  if (!parsed.success) return { ok: false, why: 'a list of {title, points, desc} is expected' };
  const list = parsed.data.scheme;
  const checkpoints = list
    // MathArena gives an item without points where something earns nothing.
    .filter(({ points }) => points > 0)
    .map(({ title, points, desc }, index) => ({
      id: `C${index + 1}`,
      points,
      description: [title, desc].filter((text) => text !== undefined).join(': '),
    }));
  const read = gradingSchemeSchema.safeParse({ checkpoints });
  if (!read.success) return { ok: false, why: 'an item has neither title nor desc, or none has points' };
  const [fault] = schemeFaults(read.data, { wantsKinds: false });
  return fault === undefined ? { ok: true, scheme: read.data } : { ok: false, why: fault };
}
