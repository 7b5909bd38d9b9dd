/**
 * A source card: what a corpus is, under which licence, where its files are, how they are read, and which of their
 * columns mean what. A new corpus is a YAML file of this form and no code.
 */
import { z } from 'zod';
import { sha256Schema } from '../../problems/file-digest.ts';

/** `a.b`, `a[].b` for each item of a list, `solution_*` for numbered columns, `$file` and `$part` of the place itself. */
const columnSchema = z.string().min(1);
const columnsSchema = z.union([columnSchema.transform((one) => [one]), z.array(columnSchema).min(1)]);

/** What a tag is made of: a column, or one value for all rows. */
export const tagSchema = z.union([
  columnSchema.transform((column) => ({ columns: [column] })),
  z.strictObject({
    value: z.union([z.string(), z.number(), z.boolean()]).describe('The same for all rows.'),
  }),
  z.strictObject({
    columns: columnsSchema.describe('The first that a row has.'),
    pattern: z
      .string()
      .optional()
      .refine((text) => text === undefined || isPattern(text), 'a regular expression is expected')
      .describe('Regular expression; its first group, or all of it, is the value. Without a match: no tag.'),
    values: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe('Other values for those of the column; what is not listed gives no tag.'),
    otherwise: z.literal('same').optional().describe('What is not listed among the values stays as it is.'),
    as: z.literal('number').optional().describe('Read as a number; what is none gives no tag.'),
  }),
]);

export const fieldsSchema = z.strictObject({
  id: columnsSchema
    .optional()
    .describe('Columns that name a row. Without them the digest of the statement does.'),
  statement: columnsSchema.describe('The first of these columns that a row has.'),
  solutions: columnsSchema.optional().describe('All texts in these columns.'),
  answer: columnsSchema.optional().describe('The first that a row has; several values are joined by commas.'),
  guidelines: columnsSchema.optional().describe('Marking scheme in words.'),
  comments: columnsSchema.optional().describe('What others said of statement or solutions.'),
  /** Values that stand for nothing, in any of the fields above. */
  placeholders: z.array(z.string()).default([]),
  difficulty: z
    .strictObject({
      points: columnSchema.optional().describe('List of points from 0 to 7, null where there is none.'),
      rewards: columnSchema.optional().describe('List of grades from 0 to 1, null where there is none.'),
      mean: columnSchema.optional().describe('Mean of the grades from 0 to 1, for rows without such lists.'),
      count: columnSchema.optional().describe('How many grades the mean is of.'),
      model: z.string().min(1),
      judge: z.string().min(1),
    })
    .refine(
      ({ points, rewards, mean, count }) =>
        points !== undefined || rewards !== undefined || (mean !== undefined && count !== undefined),
      'points, rewards, or mean and count are expected',
    )
    .optional()
    .describe('Attempts that were made and graded already; the first of these that a row has.'),
});

export const partSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case with hyphens is expected'),
  file: z
    .string()
    .min(1)
    .optional()
    .describe('One of the card’s files by its path; all of them if not given.'),
  member: z.string().min(1).optional().describe('Of a zip file.'),
  optional: z.boolean().default(false).describe('Left out unless it is asked for by name.'),
  tags: z.record(z.string(), tagSchema).default({}),
});

export const sourceFileSchema = z.strictObject({
  path: z.string().min(1).describe('Below the directory that --from names; `*` stands for any name.'),
  url: z.url().optional(),
  sha256: sha256Schema.optional(),
});

export const sourceCardSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case with hyphens is expected'),
    title: z.string().min(1),
    licence: z.string().min(1).describe('SPDX name where there is one.'),
    attribution: z.string().min(1),
    get: z.string().min(1).describe('How a person gets the files.'),
    caveats: z.array(z.string()).default([]),
    hub: z
      .strictObject({
        dataSet: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'OWNER/NAME is expected'),
        revision: z.string().min(1).optional(),
        split: z.string().min(1).default('train'),
      })
      .optional(),
    files: z.array(sourceFileSchema).default([]),
    reader: z
      .enum(['parquet', 'jsonl', 'json', 'csv'])
      .optional()
      .describe('By the name of the file or member if not given.'),
    nested: z
      .boolean()
      .default(false)
      .describe('JSON: rows lie at any depth, and have what stands beside the lists around them.'),
    fields: fieldsSchema,
    tags: z.record(z.string(), tagSchema).default({}),
    parts: z.array(partSchema).default([]),
  })
  .refine(({ hub, files }) => hub !== undefined || files.length > 0, 'either hub or files is expected');

export type TagSource = z.infer<typeof tagSchema>;
export type FieldMap = z.infer<typeof fieldsSchema>;
export type SourcePart = z.infer<typeof partSchema>;
export type SourceFile = z.infer<typeof sourceFileSchema>;
export type SourceCard = z.infer<typeof sourceCardSchema>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
