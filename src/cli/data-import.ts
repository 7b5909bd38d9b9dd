/**
 * `qed data import`: rows of corpora as rows of a data set, by source cards. Killed at any moment, the same command goes on, and
 * leaves what an undisturbed one leaves.
 */
import path from 'node:path';
import type { Command } from 'commander';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

interface DataImportOptions {
  readonly from?: string;
  readonly out?: string;
  readonly revision: readonly string[];
  readonly limit?: string;
  readonly acceptOther?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
}

export function addDataImportCommand(data: Command): void {
  data
    .command('import')
    .summary('read corpora by their source cards')
    .description(
      'Reads corpora and writes their rows in one form: statement, solutions, answer, licence, and where each row comes from. ' +
        'A source is a card that comes with QED (--list shows them) or a YAML file of yours; parts follow a colon. Files ' +
        'are fetched into the cache, or read from where --from says.',
    )
    .argument('[source...]', 'cards: olympiadbench, harp:proofs, olympiadbench:all, my-card.yaml')
    .option('--from <path>', 'directory that has the files, or the one file, instead of fetching them')
    .addOption(repeatable('--revision <source=commit>', 'commit of a data set of the hub'))
    .option('--limit <n>', 'most rows of each source')
    .option('--accept-other', 'take given files although their checksum is not the one on the card')
    .option('--out <dir>', 'directory of the step (default: the names of the sources)')
    .option('--list', 'say what cards there are')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed data import --list
  $ qed data import olympiadbench harp:proofs --from downloads --out raw
  $ qed data import aops olympiads --out raw
  $ qed data import my-card.yaml --from my-corpus.jsonl`,
    )
    .action(async (sources: string[], options: DataImportOptions) => {
      process.exitCode = await dataImport(sources, options);
    });
}

/** Returns the exit code. */
async function dataImport(given: readonly string[], options: DataImportOptions): Promise<number> {
  if (options.list === true) return await listCards(options.json === true);
  if (given.length === 0)
    throw new UserError('name at least one source; --list says what there is', { exitCode: 2 });
  const { parseSourceSpec } = await import('../curate/source/source-spec.ts');
  const { runImport } = await import('../curate/source/run-import.ts');
  const { runDataStep } = await import('./data-step-run.ts');
  const { printStep } = await import('./data-step-output.ts');
  const { told, wholeNumber } = await import('./prove-setup.ts');
  const { bytesText } = await import('./model-job.ts');
  const sources = await told(async () => given.map(parseSourceSpec), ['CardError']);
  const twice = sources.find(
    ({ card }, index) => sources.findIndex((one) => one.card.name === card.name) < index,
  );
  if (twice !== undefined)
    throw new UserError(`${twice.card.name} is named twice; parts are joined by commas`, { exitCode: 2 });
  const directory = path.resolve(options.out ?? sources.map(({ card }) => card.name).join('-'));
  const limit = options.limit === undefined ? undefined : wholeNumber('--limit', options.limit, 1);
  const record = await runDataStep('importing', ({ signal, show, remark }) =>
    runImport({
      ...{ sources, directory, limit, from: options.from, acceptOther: options.acceptOther },
      revisions: revisionsOf(options.revision, sources),
      environment: process.env,
      signal,
      onRows: (source, rows) => show(() => `${source}: ${rows.toLocaleString('en-US')} rows`),
      onDownload: (source, received, total) =>
        show(
          () => `${source}: ${bytesText(received)}${total === undefined ? '' : ` of ${bytesText(total)}`}`,
        ),
      onRemark: remark,
    }),
  );
  const { repeatedIds } = record.figures;
  const lines =
    typeof repeatedIds === 'number' && repeatedIds > 0
      ? [`${repeatedIds} rows had the id of an earlier one, and have a number at its end`]
      : [];
  printStep(record, { out: directory, json: options.json === true, lines });
  return 0;
}

function revisionsOf(
  given: readonly string[],
  sources: readonly { readonly card: { readonly name: string } }[],
): Record<string, string> {
  const pairs = given.map((text) => {
    const [, name = '', commit = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (sources.some(({ card }) => card.name === name)) return [name, commit] as const;
    throw new UserError(`--revision ${text}: SOURCE=COMMIT of a source that is imported is expected`, {
      exitCode: 2,
    });
  });
  return Object.fromEntries(pairs);
}

async function listCards(json: boolean): Promise<number> {
  const { cardNames, loadCard } = await import('../curate/source/load-card.ts');
  const { textTable } = await import('../bench/tables/text-table.ts');
  const cards = cardNames().map(loadCard);
  if (json) {
    process.stdout.write(`${JSON.stringify(cards, null, 2)}\n`);
    return 0;
  }
  process.stdout.write(
    textTable({
      title: 'source cards',
      columns: ['source', 'parts', 'licence', 'where it is'].map((heading) => ({ heading, align: 'left' })),
      rows: cards.map(({ name, parts, licence, hub, files }) => [
        name,
        parts.map((part) => (part.optional ? `(${part.name})` : part.name)).join(', '),
        licence,
        hub === undefined
          ? files[0]?.url === undefined
            ? 'named with --from'
            : 'address'
          : `hub:${hub.dataSet}`,
      ]),
      notes: ['Parts in parentheses are read only when they are named.'],
    }),
  );
  return 0;
}
