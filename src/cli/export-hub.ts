/**
 * `qed export --to hub:OWNER/NAME`: a checkpoint or a data set becomes a folder in the hub's layout, which is checked and shown;
 * with `--push` it is sent. Without it nobody is asked and nothing is sent.
 */
import path from 'node:path';
import type { HubPlace } from '../problems/remote/hub-place.ts';
import type { CardKind } from '../publish/card-head.ts';
import type { FolderFile } from '../publish/folder-files.ts';
import type { Pushed } from '../publish/push-folder.ts';
import type { DataStepRun } from './data-step-run.ts';
import { bytesText } from './model-job.ts';
import { UserError } from './user-error.ts';

export interface HubExportOptions {
  readonly to?: string;
  readonly push?: boolean;
  readonly private?: boolean;
  readonly dataSet?: boolean;
  readonly folder?: string;
  readonly license?: string;
  readonly baseModel?: string;
  readonly trainedOn: readonly string[];
  readonly evaluated: readonly string[];
  readonly json?: boolean;
}

interface Plan {
  readonly kind: CardKind;
  readonly place: HubPlace;
  readonly folder: string;
  readonly files: readonly FolderFile[];
  readonly licences: readonly string[];
  readonly remarks: readonly string[];
  readonly faults: readonly string[];
  /** Rows by configuration and split, of a data set. */
  readonly rows: Readonly<Record<string, number>>;
}

const defaultEndpoint = 'https://huggingface.co';

/** Returns the exit code. */
export async function exportToHub(what: string, options: HubExportOptions): Promise<number> {
  const { runDataStep } = await import('./data-step-run.ts');
  const { hubToken } = await import('../problems/remote/hub-token.ts');
  const place = await placeOf(options.to ?? '');
  const endpoint = (process.env.HF_ENDPOINT || defaultEndpoint).replace(/\/+$/, '');
  const kind: CardKind = options.dataSet === true ? 'dataset' : 'model';
  const { plan, token, pushed } = await runDataStep('exporting', async (step) => {
    const made = await writeFolder(what, { ...options, kind, place }, step);
    const found = hubToken(process.env);
    if (options.push !== true) return { plan: made, token: found, pushed: undefined };
    for (const fault of made.faults) step.remark(`not well: ${fault}`);
    if (made.faults.length > 0) throw new Error(`hub:${place.id}: the folder is not well; nothing was sent`);
    if (found === undefined)
      throw new Error(
        `hub:${place.id}: a push needs a token with write access: set HF_TOKEN, or log in with the hub's own tool (hf auth login)`,
      );
    for (const line of planLines(made, options.private === true)) step.remark(line);
    const { pushFolder } = await import('../publish/push-folder.ts');
    const done = await pushFolder({
      ...{ folder: made.folder, kind, place, endpoint, signal: step.signal },
      ...{ token: found.token, tokenFrom: found.from, isPrivate: options.private === true },
      title: `Pushed by QED ${await versionText()}`,
      patience: { onRetry: (reason, attempt) => step.remark(`${reason}; asked again (${attempt})`) },
      onProgress: (text) => step.show(() => text),
    });
    return { plan: made, token: found, pushed: done };
  });
  if (options.json === true)
    process.stdout.write(`${JSON.stringify(asJson(plan, pushed, endpoint), null, 2)}\n`);
  else if (pushed !== undefined) process.stdout.write(pushedText(pushed));
  else
    process.stdout.write(
      dryText(plan, { isPrivate: options.private === true, tokenFrom: token?.from, endpoint }),
    );
  return plan.faults.length === 0 ? 0 : 1;
}

async function placeOf(text: string): Promise<HubPlace> {
  const { parseHubPlace } = await import('../problems/remote/hub-place.ts');
  try {
    return parseHubPlace(text);
  } catch (error) {
    throw new UserError(`--to ${error instanceof Error ? error.message : String(error)}`, { exitCode: 2 });
  }
}

async function versionText(): Promise<string> {
  const { packageVersion } = await import('../recipe/package-version.ts');
  return packageVersion();
}

async function writeFolder(
  what: string,
  options: HubExportOptions & { readonly kind: CardKind; readonly place: HubPlace },
  { signal, show, remark }: DataStepRun,
): Promise<Plan> {
  const { kind, place, license: licence } = options;
  const { folderFiles } = await import('../publish/folder-files.ts');
  const folder = await folderOf(options);
  if (kind === 'dataset') {
    for (const [flag, given] of [
      ['--base-model', options.baseModel !== undefined],
      ['--trained-on', options.trainedOn.length > 0],
      ['--evaluated', options.evaluated.length > 0],
    ] as const)
      if (given) throw new UserError(`${flag} is for models, and --data-set is given`, { exitCode: 2 });
    const { writeDataFolder } = await import('../publish/data-folder.ts');
    const { dataFolderFaults } = await import('../publish/check-data-folder.ts');
    show(() => 'rows');
    const { splits, licences, remarks } = await writeDataFolder({
      from: what,
      to: folder,
      place,
      licence,
      signal,
    });
    const rows = Object.fromEntries(
      splits.map(({ config, split, rows: own }) => [`${config}/${split}`, own]),
    );
    const faults = await dataFolderFaults(folder);
    return { kind, place, folder, files: await folderFiles(folder), licences, remarks, faults, rows };
  }
  const { findModel } = await import('../model/run-checkpoint.ts');
  const { writeModelFolder } = await import('../publish/model-folder.ts');
  const { modelFolderFaults } = await import('../publish/check-model-folder.ts');
  const { benchScores } = await import('../publish/bench-scores.ts');
  const found = await findModel(what);
  for (const line of found.remarks) remark(line);
  const bench = await benchScores(options.evaluated);
  show(() => 'weights');
  const made = await writeModelFolder({
    ...{ from: found.directory, to: folder, place, bench, licence, signal },
    ...{ baseModel: options.baseModel, dataSets: options.trainedOn },
  });
  const remarks = [
    ...(made.licence === undefined ? ['no licence is named: give one with --license'] : []),
    ...(made.run?.recipe.model.from !== undefined && made.baseModel === undefined
      ? ['the run began from a model that exists; name it with --base-model OWNER/NAME']
      : []),
    ...(made.run !== undefined && made.run.report === undefined
      ? ['the run has no report: the card has no scores (qed run RECIPE --from report makes one)']
      : []),
  ];
  const faults = await modelFolderFaults(folder);
  const licences = made.licence === undefined ? [] : [made.licence];
  return { kind, place, folder, files: await folderFiles(folder), licences, remarks, faults, rows: {} };
}

/** Below the cache unless a place is named; a directory that holds something else is never replaced. */
async function folderOf({
  folder,
  kind,
  place,
}: HubExportOptions & { readonly kind: CardKind; readonly place: HubPlace }): Promise<string> {
  const { existsSync, readdirSync } = await import('node:fs');
  if (folder === undefined) {
    const { cacheDirectory } = await import('../problems/remote/cache-directory.ts');
    return path.join(cacheDirectory(process.env), 'push', `${kind}s`, place.owner, place.name);
  }
  const directory = path.resolve(folder);
  const { isPublishFolder } = await import('../publish/own-folder.ts');
  if (existsSync(directory) && readdirSync(directory).length > 0 && !isPublishFolder(directory))
    throw new UserError(`--folder ${folder}: it holds something else; name another place`, { exitCode: 1 });
  return directory;
}

function planLines({ kind, place, files, rows }: Plan, isPrivate: boolean): string[] {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const what = kind === 'dataset' ? 'data set' : 'model';
  const width = Math.max(...files.map((file) => file.path.length));
  return [
    `hub:${place.id}: ${what}, ${files.length} files, ${bytesText(bytes)}${isPrivate ? ', private if it is made now' : ''}`,
    ...files.map((file) => `  ${file.path.padEnd(width)}  ${bytesText(file.bytes).padStart(8)}`),
    ...Object.entries(rows).map(([split, count]) => `  ${split}: ${count.toLocaleString('en-US')} rows`),
  ];
}

function dryText(
  plan: Plan,
  told: { readonly isPrivate: boolean; readonly tokenFrom: string | undefined; readonly endpoint: string },
): string {
  const { licences, remarks, faults, folder } = plan;
  const token =
    told.tokenFrom === undefined
      ? 'none is there: a push needs one with write access (HF_TOKEN, or hf auth login)'
      : `from ${told.tokenFrom}; it has not been tried`;
  const lines = [
    ...planLines(plan, told.isPrivate),
    '',
    `licence  ${licences.length === 0 ? 'none' : licences.join(', ')}`,
    `token    ${token}`,
    `hub      ${told.endpoint}`,
    `folder   ${folder}`,
    ...remarks.map((remark) => `remark   ${remark}`),
    ...faults.map((fault) => `fault    ${fault}`),
    '',
    faults.length === 0
      ? 'The folder was read back and is well. Nothing was sent; the same command with --push sends it.'
      : 'The folder is not well, and would not be sent.',
  ];
  return `${lines.join('\n')}\n`;
}

function pushedText({ url, commit, files, removed, replaced }: Pushed): string {
  if (commit === undefined) return `${url}: all ${files} files are there already; nothing was sent\n`;
  const gone = removed.length === 0 ? '' : `, ${removed.length} of an earlier push taken out`;
  const over = replaced.length === 0 ? '' : `, ${replaced.join(', ')} replaced`;
  return `${url}: ${files} files in commit ${commit.slice(0, 12)}${over}${gone}; the hub lists the bytes that were sent\n`;
}

function asJson(plan: Plan, pushed: Pushed | undefined, endpoint: string): unknown {
  const { kind, place, folder, files, licences, rows, remarks, faults } = plan;
  return {
    ...{ to: place.id, kind, endpoint, folder, files, licences, rows, remarks, faults },
    pushed: pushed === undefined ? null : { ...pushed, commit: pushed.commit ?? null },
  };
}
