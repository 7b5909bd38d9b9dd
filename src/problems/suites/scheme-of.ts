/**
 * A grading scheme from what data sets publish: parts with points become a `GradingScheme` where they add up to 7;
 * text, and parts on another scale, become guidelines in words, with the points said.
 */
import { z } from 'zod';
import { type GradingScheme, gradingSchemeSchema } from '../problem.ts';

export type PublishedScheme =
  | { readonly kind: 'scheme'; readonly scheme: GradingScheme }
  | { readonly kind: 'guidelines'; readonly guidelines: string }
  | { readonly kind: 'unusable'; readonly detail: string };

const partSchema = z
  .looseObject({
    title: z.string().optional(),
    points: z.number().optional(),
    max_points: z.number().optional(),
    desc: z.string().optional(),
    description: z.string().optional(),
    grading_scheme_desc: z.string().optional(),
  })
  .transform((part) => ({
    title: part.title?.trim() ?? '',
    points: part.max_points ?? part.points ?? 0,
    description: (part.grading_scheme_desc ?? part.desc ?? part.description ?? '').trim(),
  }));

/** As MathArena's `grading_scheme.json` has one for each problem. */
const entrySchema = z.looseObject({ scheme: z.array(z.unknown()).min(1) });

/**
 * `value` as it stands in a cell: text, JSON text, a list of parts or an object with one, or a scheme of our own form. Text
 * stays as it was published; `schemes/scheme-of-text.ts` finds the parts in it.
 */
export function schemeOf(value: unknown): PublishedScheme {
  const given = typeof value === 'string' ? jsonOrText(value) : value;
  const entry = entrySchema.safeParse(given);
  const read = entry.success ? entry.data.scheme : given;
  if (typeof read === 'string') return { kind: 'guidelines', guidelines: read };
  if (!Array.isArray(read)) {
    const own = gradingSchemeSchema.safeParse(read);
    if (!own.success) return { kind: 'unusable', detail: firstIssue(own.error) };
    return ownScheme(own.data);
  }
  const parts = z.array(partSchema).min(1).safeParse(read);
  if (!parts.success) return { kind: 'unusable', detail: firstIssue(parts.error) };
  const inOrder = parts.data.map(({ title, points, description }, index) => ({
    id: `${index + 1}`,
    points,
    description: title === '' ? description : description === '' ? title : `${title}: ${description}`,
  }));
  const total = inOrder.reduce((sum, { points }) => sum + points, 0);
  const isWhole = inOrder.every(({ points, description }) => points > 0 && description !== '');
  if (isWhole && Math.abs(total - 7) < 1e-9) {
    return { kind: 'scheme', scheme: gradingSchemeSchema.parse({ checkpoints: inOrder }) };
  }
  const lines = inOrder.map(({ points, description }) => `- (${points} of ${total} points) ${description}`);
  return { kind: 'guidelines', guidelines: lines.join('\n') };
}

function ownScheme(scheme: GradingScheme): PublishedScheme {
  const chains = [scheme, ...(scheme.alternatives ?? [])];
  const totals = chains.map(({ checkpoints }) => checkpoints.reduce((sum, { points }) => sum + points, 0));
  const wrong = totals.find((total) => Math.abs(total - scheme.maximumPoints) > 1e-9);
  if (wrong === undefined) return { kind: 'scheme', scheme };
  return {
    kind: 'unusable',
    detail: `checkpoints: their points add up to ${wrong}, not to ${scheme.maximumPoints}`,
  };
}

function jsonOrText(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  const field = issue?.path.join('.') ?? '';
  return `${field === '' ? 'the scheme' : field}: ${issue?.message ?? 'not valid'}`;
}
