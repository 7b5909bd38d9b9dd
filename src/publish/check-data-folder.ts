/**
 * Reads a data set's folder as a stranger would who has fetched it from the hub, and says what would not work there: the card's
 * head, the files of every split, counts, and rows with columns that the card does not have. Nothing is asked of the hub.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { readNumberedJsonLines } from '../problems/json-lines.ts';
import { cardSchema, splitsOf } from '../problems/remote/hub-splits.ts';
import { cardFaults, readCardHead } from './card-head.ts';
import { folderFiles } from './folder-files.ts';
import { cardFile } from './model-folder.ts';

const infoSchema = z.array(
  z.object({
    config_name: z.string(),
    features: z.array(z.looseObject({ name: z.string() })),
    splits: z.array(z.object({ name: z.string(), num_bytes: z.int(), num_examples: z.int() })),
  }),
);
const rowSchema = z.record(z.string(), z.unknown());

/** One sentence each; none where all is well. */
export async function dataFolderFaults(folder: string): Promise<string[]> {
  const head = readCardHead(await readFile(path.join(folder, cardFile), 'utf8'), cardFile);
  const faults = cardFaults('dataset', head).map((fault) => `${cardFile}: ${fault}`);
  const infos = infoSchema.safeParse(head.dataset_info);
  if (!infos.success) return [...faults, `${cardFile}: dataset_info: ${z.prettifyError(infos.error)}`];
  const files = await folderFiles(folder);
  const found = splitsOf(
    files.map(({ path: name }) => name),
    cardSchema.safeParse(head).data,
  );
  for (const { config_name: config, features, splits } of infos.data) {
    const columns = new Set(features.map(({ name }) => name));
    for (const split of splits) {
      const isDefault = infos.data[0]?.config_name === config;
      const own = found.get(`${config}/${split.name}`) ?? (isDefault ? found.get(split.name) : undefined);
      if (own === undefined) {
        faults.push(`${config}/${split.name}: the card names no file of it that is there`);
        continue;
      }
      faults.push(
        ...(await splitFaults(folder, own, { ...split, columns, label: `${config}/${split.name}` })),
      );
    }
  }
  return faults;
}

async function splitFaults(
  folder: string,
  files: readonly string[],
  expected: { readonly num_examples: number; readonly columns: ReadonlySet<string>; readonly label: string },
): Promise<string[]> {
  let rows = 0;
  for (const name of files)
    for await (const { line, item } of readNumberedJsonLines(path.join(folder, name), rowSchema)) {
      rows += 1;
      const stranger = Object.keys(item).find((column) => !expected.columns.has(column));
      if (stranger !== undefined)
        return [`${name}:${line}: column ${stranger} is not in the card's features`];
    }
  const { label, num_examples: said } = expected;
  return rows === said ? [] : [`${label}: the card says ${said} rows, there are ${rows}`];
}
