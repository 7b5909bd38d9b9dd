/** What was saved: lists, lifetimes, removal, and the files themselves. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import {
  checkpointArchive,
  checkpointLifetime,
  deleteCheckpoint,
  getTrainingRun,
  listCheckpoints,
  listRunCheckpoints,
  listTrainingRuns,
} from '../../../engine/tinker/wire/endpoints/archive-endpoints.ts';
import {
  getCheckpointFile,
  listCheckpointFiles,
  uploadModelFile,
} from '../../../engine/tinker/wire/extensions.ts';
import {
  formatTinkerPath,
  parseTinkerPath,
  type TinkerPath,
} from '../../../engine/tinker/wire/tinker-path.ts';
import { ApiError } from '../../api-error.ts';
import type { Exchange } from '../../exchange.ts';
import type { SavedCheckpoint } from '../checkpoint-shelf.ts';
import { tarOf } from '../tar.ts';
import type { TinkerService } from '../tinker-service.ts';
import { type Answer, type Route, rawRoute, reading, route } from './route.ts';

type Params = Readonly<Record<string, string>>;

const publish = { path: 'training_runs/{run}/checkpoints/{checkpoint_id}/publish', request: z.unknown() };

export const checkpointRoutes: readonly Route[] = [
  route(listTrainingRuns, ({ service, body }) => {
    const { items, cursor } = page(runsOf(service), body);
    return { training_runs: items, cursor };
  }),
  route(getTrainingRun, ({ service, params }) => runOf(service, params)),
  route(listRunCheckpoints, ({ service, params }) => {
    runOf(service, params);
    return { checkpoints: service.shelf.list(params.run ?? '').map(described) };
  }),
  route(listCheckpoints, ({ service, body }) => {
    const { items, cursor } = page(service.shelf.list().map(described), body);
    return { checkpoints: items, cursor };
  }),
  route(deleteCheckpoint, async ({ service, params, exchange }) => {
    await service.shelf.remove(placeOf(params));
    exchange.send(204, new Uint8Array(0), {});
    return undefined;
  }),
  route(checkpointLifetime, async ({ service, params, body }) => {
    await service.shelf.change(placeOf(params), { ttlSeconds: body.ttl_seconds });
    return {};
  }),
  route({ method: 'POST', ...publish }, async ({ service, params }) => {
    await service.shelf.change(placeOf(params), { isPublic: true });
    return {};
  }),
  route({ method: 'DELETE', ...publish }, async ({ service, params }) => {
    await service.shelf.change(placeOf(params), { isPublic: false });
    return {};
  }),
  route(checkpointArchive, ({ service, params, exchange }) => {
    const { token, expires } = service.archives.offer(service.shelf.find(placeOf(params)).directory);
    const host = exchange.request.headers.host ?? 'localhost';
    const url = `http://${host}/api/v1/x/archives/${token}.tar`;
    exchange.response.setHeader('location', url);
    exchange.response.setHeader('expires', new Date(expires).toUTCString());
    exchange.sendJson(302, { url, expires: new Date(expires).toISOString() });
    return undefined;
  }),
  {
    ...rawRoute({ method: 'GET', path: 'x/archives/{token}.tar' }, async (service, { response }, params) => {
      const directory = service.archives.find(params.token ?? '');
      response.writeHead(200, { 'content-type': 'application/x-tar' });
      await pipeline(tarOf(directory), response);
      return undefined;
    }),
    // Who has the address may download it, as with a signed one.
    isOpen: true,
  },
  route(listCheckpointFiles, async ({ service, params }) => {
    const { directory } = service.shelf.find(placeOf(params));
    const names = await filesOf(directory);
    const files = await Promise.all(
      names.map(async (name) => ({ name, size: (await stat(path.join(directory, name))).size })),
    );
    return { files };
  }),
  route(getCheckpointFile, ({ service, params, exchange }) => sendFile(service, params, exchange)),
  rawRoute(uploadModelFile, async (service, { request }, { name = '', file = '' }) => {
    await service.models.bring(name, file, request);
    return {};
  }),
  route({ method: 'DELETE', path: 'x/models/{name}', request: z.unknown() }, async ({ service, params }) => {
    await service.models.remove(params.name ?? '');
    return {};
  }),
];

async function sendFile(service: TinkerService, params: Params, { response }: Exchange): Promise<Answer> {
  const { directory } = service.shelf.find(placeOf(params));
  const name = params.name ?? '';
  if (!(await filesOf(directory)).includes(name))
    throw notFound(`file ${JSON.stringify(name.slice(0, 100))}`);
  const file = path.join(directory, name);
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': (await stat(file)).size,
  });
  await pipeline(createReadStream(file), response);
  return undefined;
}

async function filesOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function placeOf({ run = '', checkpoint_id = '' }: Params): TinkerPath {
  return reading(() => parseTinkerPath(`tinker://${run}/${checkpoint_id}`));
}

function described(saved: SavedCheckpoint) {
  const { kind, name, created, sizeBytes, isPublic, expiresAt, user_metadata } = saved;
  return {
    checkpoint_id: `${kind}/${name}`,
    checkpoint_type: kind === 'weights' ? 'training' : 'sampler',
    time: created,
    tinker_path: formatTinkerPath(saved),
    size_bytes: sizeBytes,
    public: isPublic,
    ...(expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }),
    ...(user_metadata === undefined ? {} : { user_metadata }),
  };
}

/** Models that train, and those of which something was saved; the newest first. */
function runsOf(service: TinkerService) {
  const saved = Map.groupBy(service.shelf.list(), ({ run }) => run);
  const ids = new Set([...service.trainings.map(({ facts }) => facts.id), ...saved.keys()]);
  const runs = [...ids].map((id) => {
    const training = service.trainings.find(({ facts }) => facts.id === id);
    const checkpoints = saved.get(id) ?? [];
    const last = checkpoints.find(({ kind }) => kind === 'weights');
    const lastSampler = checkpoints.find(({ kind }) => kind === 'sampler_weights');
    const lora = training?.lora ?? checkpoints[0]?.lora;
    const metadata = training?.facts.userMetadata;
    const time =
      training === undefined ? (checkpoints[0]?.created ?? '') : new Date(training.lastRequest).toISOString();
    return {
      training_run_id: id,
      base_model: training?.facts.baseName ?? checkpoints[0]?.base_model ?? '',
      model_owner: 'local',
      is_lora: lora !== undefined,
      corrupted: false,
      lora_rank: lora?.rank ?? 0,
      last_request_time: time,
      ...(last === undefined ? {} : { last_checkpoint: described(last) }),
      ...(lastSampler === undefined ? {} : { last_sampler_checkpoint: described(lastSampler) }),
      ...(metadata === undefined ? {} : { user_metadata: metadata }),
    };
  });
  return runs.sort((a, b) => b.last_request_time.localeCompare(a.last_request_time));
}

function runOf(service: TinkerService, { run = '' }: Params) {
  const found = runsOf(service).find(({ training_run_id }) => training_run_id === run);
  if (found === undefined) throw notFound(`training run ${JSON.stringify(run.slice(0, 150))}`);
  return found;
}

function page<T>(
  all: readonly T[],
  {
    limit,
    offset,
  }: { readonly limit?: number | null | undefined; readonly offset?: number | null | undefined },
) {
  const [from, count] = [offset ?? 0, limit ?? 20];
  return {
    items: all.slice(from, from + count),
    cursor: { offset: from, limit: count, total_count: all.length },
  };
}

function notFound(what: string): ApiError {
  return new ApiError(`there is no ${what} here`, {
    ...{ status: 404, type: 'invalid_request_error', code: 'not_found' },
  });
}
