/**
 * Which files of a data set on the Hugging Face hub make up a split, by the hub's rules: what the data set's card says
 * (`configs`), else files called SPLIT-00000-of-00001, else file or directory names with a word for train,
 * validation or test in them, else all files as `train`.
 */
import path from 'node:path';
import { z } from 'zod';

/** The part of a data set's card that matters; other fields may be anything. */
export const cardSchema = z.object({
  license: z.union([z.string(), z.array(z.string())]).optional(),
  configs: z
    .array(
      z.object({
        config_name: z.string().default('default'),
        default: z.boolean().optional(),
        data_files: z.union([
          z.string(),
          z.array(
            z.union([
              z.string(),
              z.object({ split: z.string(), path: z.union([z.string(), z.array(z.string())]) }),
            ]),
          ),
        ]),
      }),
    )
    .optional(),
});

export type DataSetCard = z.infer<typeof cardSchema>;

/** Splits by name, `CONFIG/SPLIT` for those of a configuration that is not the default; files sorted by name. */
export type Splits = ReadonlyMap<string, readonly string[]>;

export const dataExtensions: readonly string[] = ['.parquet', '.jsonl', '.csv', '.json'];

export function splitsOf(files: readonly string[], card: DataSetCard | undefined): Splits {
  const data = files.filter(isData).sort();
  const ofCard = splitsOfCard(data, card);
  if (ofCard.size > 0) return ofCard;
  const ofShards = grouped(data, ({ directory, base }) => {
    const [, split] = /^(.+?)-\d{5}-of-\d{5}(?:-[\da-f]+)?\.\w+$/.exec(base) ?? [];
    const config = directory === '' || directory === 'data' ? '' : `${directory}/`;
    return split === undefined ? undefined : `${config}${split}`;
  });
  if (ofShards.size > 0) return ofShards;
  const ofWords = grouped(data, ({ directory, base }) => wordIn(base) ?? wordIn(directory));
  if (ofWords.size > 0) return ofWords;
  return data.length === 0 ? new Map() : new Map([['train', data]]);
}

function isData(file: string): boolean {
  const base = path.posix.basename(file);
  return (
    dataExtensions.includes(path.posix.extname(file)) &&
    !base.startsWith('.') &&
    base !== 'dataset_infos.json'
  );
}

function splitsOfCard(data: readonly string[], card: DataSetCard | undefined): Splits {
  const splits = new Map<string, readonly string[]>();
  const configs = card?.configs ?? [];
  for (const config of configs) {
    const isDefault = config.default === true || config.config_name === 'default' || configs.length === 1;
    const listed = typeof config.data_files === 'string' ? [config.data_files] : config.data_files;
    for (const item of listed) {
      const { split, path: patterns } = typeof item === 'string' ? { split: 'train', path: item } : item;
      const name = isDefault ? split : `${config.config_name}/${split}`;
      const found = data.filter((file) => [patterns].flat().some((pattern) => matchesGlob(file, pattern)));
      if (found.length > 0) splits.set(name, [...(splits.get(name) ?? []), ...found]);
    }
  }
  return splits;
}

function grouped(
  data: readonly string[],
  splitOf: (file: { readonly directory: string; readonly base: string }) => string | undefined,
): Map<string, string[]> {
  const splits = new Map<string, string[]>();
  for (const file of data) {
    const directory = path.posix.dirname(file);
    const split = splitOf({ directory: directory === '.' ? '' : directory, base: path.posix.basename(file) });
    if (split === undefined) continue;
    splits.set(split, [...(splits.get(split) ?? []), file]);
  }
  return splits;
}

const wordsOfSplit: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

/** A word stands between characters that are no letters. */
function wordIn(name: string): string | undefined {
  const words = name.toLowerCase().split(/[^a-z]+/);
  return Object.keys(wordsOfSplit).find((split) => wordsOfSplit[split]?.some((word) => words.includes(word)));
}

/** `*` and `?` within a name, `**` across directories. */
function matchesGlob(file: string, pattern: string): boolean {
  const source = pattern.replaceAll(/\*\*\/?|[*?]|[.+^${}()|[\]\\]/g, (token) => {
    if (token.startsWith('**')) return '(?:.*)';
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : `\\${token}`;
  });
  return new RegExp(`^${source}$`).test(file);
}
