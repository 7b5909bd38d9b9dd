/** `qed serve --openai`: one line on standard error for each request; stopping lets running answers finish within a time. */
import type { ChatModel } from '../model/chat-model.ts';
import type { ResolvedModel } from '../model/open-model.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import type { OpenAiServer, OpenAiServerOptions } from '../serve/open-ai-server.ts';
import type { ServedModel } from '../serve/served-model.ts';
import { listeningError } from './listening-error.ts';
import { reportRequest } from './report-request.ts';
import type { ServeOptions } from './serve.ts';
import { accessOf } from './serve-access.ts';
import { UserError } from './user-error.ts';

/** Where neither the request nor the model says. */
const usualMaxTokens = 8192;

/** What `--openai` is given. */
export type ServeOpenAiOptions = Omit<ServeOptions, 'model'> & {
  readonly model: string;
  readonly port: number;
};

/** Returns the exit code. */
export async function serveOpenAi(options: ServeOpenAiOptions): Promise<number> {
  const access = await accessOf(options);
  const { resolveModel, ModelSpecError } = await import('../model/open-model.ts');
  const { createScaffold, ScaffoldSpecError } = await import('../scaffold/create-scaffold.ts');
  const { watchInterruption } = await import('./interruption.ts');
  let model: ChatModel | undefined;
  try {
    const resolved = await resolveModel(options.model);
    const scaffolds = options.scaffold.map((spec) => ({ spec, scaffold: createScaffold(spec) }));
    for (const remark of resolved.remarks) process.stderr.write(`${remark}\n`);
    model = await resolved.open();
    const served = await servedModels(resolved, model, scaffolds, options);
    const server = await started(options, { ...access, models: served });
    process.stdout.write(welcome(server, served, options));
    const stopped = Promise.withResolvers<void>();
    const interruption = watchInterruption({
      onFirst: () => {
        process.stderr.write('stopping when the running answers are done; once more stops at once\n');
        stopped.resolve();
      },
    });
    await stopped.promise;
    await server.close(options.grace * 1000);
    interruption.dispose();
    return 0;
  } catch (error) {
    if (error instanceof ModelSpecError || error instanceof ScaffoldSpecError) {
      throw new UserError(error.message, { exitCode: 1 });
    }
    throw error;
  } finally {
    await model?.close?.();
  }
}

async function servedModels(
  resolved: ResolvedModel,
  model: ChatModel,
  scaffolds: readonly { readonly spec: string; readonly scaffold: Scaffold }[],
  options: ServeOpenAiOptions,
): Promise<ServedModel[]> {
  const { createScaffoldModel } = await import('../serve/scaffold-model.ts');
  const id = options.name ?? resolved.name;
  const { maxTokens, temperature = 1, sampling } = resolved.defaults;
  const defaults = {
    maxTokens: options.maxTokens ?? maxTokens ?? usualMaxTokens,
    temperature,
    ...(sampling === undefined ? {} : { sampling }),
  };
  return [
    { id, model, defaults },
    ...scaffolds.map(({ spec, scaffold }) => {
      const name = `${id}+${spec}`;
      return { id: name, scaffold: spec, defaults, model: createScaffoldModel({ name, model, scaffold }) };
    }),
  ];
}

async function started(
  options: ServeOpenAiOptions,
  given: Pick<OpenAiServerOptions, 'models' | 'apiKey' | 'host' | 'origins'>,
): Promise<OpenAiServer> {
  const { randomInt } = await import('node:crypto');
  const { startOpenAiServer } = await import('../serve/open-ai-server.ts');
  try {
    return await startOpenAiServer({
      ...given,
      port: options.port,
      limits: { running: options.concurrency, waiting: options.queue },
      timeoutMilliseconds: options.timeout * 1000,
      mostBodyBytes: (options.maxBody ?? 4) * 1_000_000,
      seed: options.seed ?? randomInt(2 ** 32),
      onRequest: (record) => reportRequest(record, options.quiet === true),
    });
  } catch (error) {
    throw listeningError(error, options);
  }
}

function welcome(
  { host, port }: OpenAiServer,
  models: readonly ServedModel[],
  options: ServeOpenAiOptions,
): string {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`;
  const key = options.apiKeyEnv === undefined ? '' : ` -H "authorization: Bearer $${options.apiKeyEnv}"`;
  const body = {
    model: models.at(-1)?.id,
    messages: [{ role: 'user', content: 'Prove that √2 is irrational.' }],
  };
  return `serving at ${url}
${models.map(({ id }) => `  ${id}\n`).join('')}
  curl ${url}/chat/completions${key} -H 'content-type: application/json' \\
    -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'

Ctrl-C stops it.
`;
}
