/** `qed serve --tinker`: the embedded engine behind the Tinker API, until it is told to stop. */
import type { Engine } from '../engine/engine.ts';
import type { BaseModel } from '../serve/tinker/base-model.ts';
import type { TinkerServer } from '../serve/tinker/tinker-server.ts';
import { listeningError } from './listening-error.ts';
import { reportRequest } from './report-request.ts';
import type { ServeOptions } from './serve.ts';
import { accessOf } from './serve-access.ts';
import { UserError } from './user-error.ts';

export type ServeTinkerOptions = ServeOptions & { readonly port: number };

const usualMegabytes = 256;
/** Of models that clients bring, where they have a key. */
const usualUploads = 64;

/** Returns the exit code. */
export async function serveTinker(options: ServeTinkerOptions): Promise<number> {
  if (options.scaffold.length > 0) throw new UserError('--scaffold is for --openai', { exitCode: 2 });
  if (options.cors.length > 0) throw new UserError('--cors is for --openai', { exitCode: 2 });
  const { host, apiKey } = await accessOf(options);
  const { watchInterruption } = await import('./interruption.ts');
  const { createOrtEngine } = await import('../engine/ort/engine.ts');
  const bases = await openBases(options);
  const engine = createOrtEngine({ threads: options.threads ?? 'auto' });
  try {
    const access = { host, ...(apiKey === undefined ? {} : { apiKey }) };
    const server = await started(options, engine, bases, access);
    process.stdout.write(welcome(server, bases, options));
    const stopped = Promise.withResolvers<void>();
    const interruption = watchInterruption({
      onFirst: () => {
        process.stderr.write('stopping when the running requests are done; once more stops at once\n');
        stopped.resolve();
      },
    });
    await stopped.promise;
    await server.close(options.grace * 1000);
    interruption.dispose();
    return 0;
  } finally {
    await engine.close();
  }
}

/** `NAME=SPEC`, or a spec that is named after its directory or checkpoint. Throws a UserError. */
async function openBases({ model, name }: ServeTinkerOptions): Promise<readonly BaseModel[]> {
  const { findModel } = await import('../model/run-checkpoint.ts');
  const { openBaseModel } = await import('../serve/tinker/base-model.ts');
  if (name !== undefined && model.length > 1) {
    throw new UserError('--name is for one model; with several write --model NAME=SPEC', { exitCode: 2 });
  }
  const bases: BaseModel[] = [];
  for (const text of model) {
    const [, given, spec = text] = /^([^=/\\]+)=(.+)$/s.exec(text) ?? [];
    try {
      const found = await findModel(spec.replace(/^run:/, ''));
      for (const remark of found.remarks) process.stderr.write(`${remark}\n`);
      bases.push(await openBaseModel(given ?? name ?? found.name, found.directory));
    } catch (error) {
      throw new UserError(`--model ${text}: ${error instanceof Error ? error.message : String(error)}`, {
        exitCode: 1,
      });
    }
  }
  const names = bases.map((base) => base.name);
  const twice = names.find((one, place) => names.indexOf(one) !== place);
  if (twice !== undefined) {
    throw new UserError(`--model: two models are called ${twice}; name one of them: NAME=SPEC`, {
      exitCode: 2,
    });
  }
  return bases;
}

async function started(
  options: ServeTinkerOptions,
  engine: Engine,
  bases: readonly BaseModel[],
  access: { readonly host: string; readonly apiKey?: string },
): Promise<TinkerServer> {
  const { randomInt } = await import('node:crypto');
  const { startTinkerServer } = await import('../serve/tinker/tinker-server.ts');
  const uploads = options.uploads ?? (access.apiKey === undefined ? 0 : usualUploads);
  try {
    return await startTinkerServer({
      ...{ ...access, engine, bases, port: options.port },
      checkpoints: options.checkpoints ?? 'tinker-checkpoints',
      seed: options.seed ?? randomInt(2 ** 32),
      limits: {
        models: options.maxModels,
        sessionSeconds: options.sessionTimeout,
        requestBytes: (options.maxBody ?? usualMegabytes) * 1_000_000,
        uploadBytes: uploads * 1_000_000_000,
      },
      onRequest: (record) => reportRequest(record, options.quiet === true),
      report: (remark) => process.stderr.write(`${remark}\n`),
    });
  } catch (error) {
    throw listeningError(error, options);
  }
}

function welcome(
  { host, port }: TinkerServer,
  bases: readonly BaseModel[],
  { apiKeyEnv }: ServeTinkerOptions,
): string {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const key = apiKeyEnv === undefined ? 'tml-any' : `$${apiKeyEnv}`;
  return `the Tinker API is served at ${url}
${bases.map(({ name, directory }) => `  ${name}  ${directory}\n`).join('')}
  TINKER_BASE_URL=${url} TINKER_API_KEY=${key} python your_program.py

Ctrl-C stops it.
`;
}
