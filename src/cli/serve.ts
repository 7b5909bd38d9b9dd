/**
 * `qed serve --openai`: a model, and scaffolds around it, as an OpenAI-compatible endpoint. One line on standard error
 * for each request; SIGTERM or Ctrl-C lets running answers finish within a time, a second one ends at once.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { ChatModel } from '../model/chat-model.ts';
import type { ResolvedModel } from '../model/open-model.ts';
import type { Scaffold } from '../scaffold/scaffold.ts';
import type { RequestRecord } from '../serve/exchange.ts';
import type { OpenAiServer, OpenAiServerOptions } from '../serve/open-ai-server.ts';
import type { ServedModel } from '../serve/served-model.ts';
import { UserError } from './user-error.ts';

interface ServeOptions {
  readonly openai?: boolean;
  readonly model: string;
  readonly scaffold: readonly string[];
  readonly name?: string;
  readonly port: number;
  readonly host: string;
  readonly apiKeyEnv?: string;
  readonly cors: readonly string[];
  readonly maxTokens?: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly timeout: number;
  readonly grace: number;
  readonly maxBody: number;
  readonly seed?: number;
  readonly quiet?: boolean;
}

/** Where neither the request nor the model says. */
const usualMaxTokens = 8192;

export function addServeCommand(program: Command): void {
  const several = (value: string, earlier: readonly string[]): string[] => [...earlier, value];
  program
    .command('serve')
    .summary('a model, with or without a scaffold, as an OpenAI-compatible endpoint')
    .description(
      'Serves POST /v1/chat/completions, POST /v1/completions, GET /v1/models and GET /health. The model is listed ' +
        'by its name, and once more for each scaffold as NAME+SCAFFOLD. Only this machine reaches it unless --host ' +
        'says otherwise.',
    )
    .option('--openai', 'speak OpenAI’s protocol')
    .requiredOption(
      '--model <spec>',
      'a preset, openai:URL#MODEL, gguf:FILE, run:NAME/CHECKPOINT, or a directory with config.json',
    )
    .option('--scaffold <spec>', 'a scaffold, for example rsa or rsa(n=4); may be repeated', several, [])
    .option('--name <id>', 'what clients call the model (default: its own name)')
    .option('--port <n>', 'port; 0 for any that is free', wholeNumber(0, 65_535), 8000)
    .option(
      '--host <address>',
      'address to listen on; another than loopback needs --api-key-env',
      '127.0.0.1',
    )
    .option('--api-key-env <variable>', 'the environment variable with the key that clients must send')
    .option('--cors <origin>', 'web pages of this origin may ask (* for all); may be repeated', several, [])
    .option('--max-tokens <n>', 'longest reply where a request does not say', wholeNumber(1))
    .option('--concurrency <n>', 'answers made at once', wholeNumber(1), 8)
    .option('--queue <n>', 'answers that wait; one more is refused with 429', wholeNumber(0), 64)
    .option(
      '--timeout <seconds>',
      'for a request; a scaffold then gives its best so far',
      wholeNumber(1, 2_000_000),
      3600,
    )
    .option(
      '--grace <seconds>',
      'for running answers when the server is stopped',
      wholeNumber(0, 2_000_000),
      30,
    )
    .option('--max-body <megabytes>', 'largest request', wholeNumber(1, 1000), 4)
    .option('--seed <n>', 'makes requests without a seed repeat, in their order', wholeNumber(0))
    .option('--quiet', 'no line for each request')
    .addHelpText(
      'after',
      `
Examples:
  $ qed serve --openai --model run:lab/rl
  $ qed serve --openai --model qed-nano --scaffold rsa --scaffold "deepseek-math(solver=reasoning-cache)"
  $ QED_KEY=sk-… qed serve --openai --model gguf:model.gguf --host 0.0.0.0 --api-key-env QED_KEY`,
    )
    .action(async (options: ServeOptions) => {
      process.exitCode = await serve(options);
    });
}

/** Returns the exit code. */
async function serve(options: ServeOptions): Promise<number> {
  if (options.openai !== true) {
    throw new UserError('say what to serve: --openai is what there is', { exitCode: 2 });
  }
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

/** Who may ask, checked before a model is loaded. */
async function accessOf({
  host,
  apiKeyEnv,
  cors,
}: ServeOptions): Promise<Pick<OpenAiServerOptions, 'apiKey' | 'host' | 'origins'>> {
  const { isLoopback } = await import('../serve/gate.ts');
  const apiKey = apiKeyEnv === undefined ? undefined : process.env[apiKeyEnv]?.trim();
  if (apiKeyEnv !== undefined && (apiKey === undefined || apiKey === '')) {
    throw new UserError(`--api-key-env ${apiKeyEnv}: the environment has no such variable, or an empty one`, {
      exitCode: 2,
    });
  }
  if (!isLoopback(host) && apiKey === undefined) {
    throw new UserError(
      `--host ${host}: others can reach it there, so it needs a key: --api-key-env VARIABLE names where it is`,
      { exitCode: 2 },
    );
  }
  for (const origin of cors) {
    const isOrigin = origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin);
    if (!isOrigin)
      throw new UserError(`--cors ${origin}: an origin is like https://chat.example`, { exitCode: 2 });
  }
  return { host, origins: cors, ...(apiKey === undefined ? {} : { apiKey }) };
}

async function servedModels(
  resolved: ResolvedModel,
  model: ChatModel,
  scaffolds: readonly { readonly spec: string; readonly scaffold: Scaffold }[],
  options: ServeOptions,
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
  options: ServeOptions,
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
      mostBodyBytes: options.maxBody * 1_000_000,
      seed: options.seed ?? randomInt(2 ** 32),
      onRequest: (record) => report(record, options.quiet === true),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: `--port ${options.port}: another program listens there; choose another port, or 0 for any that is free`,
      EACCES: `--port ${options.port}: this user may not listen there; choose one above 1023`,
      EADDRNOTAVAIL: `--host ${options.host}: this machine has no such address`,
      ENOTFOUND: `--host ${options.host}: this machine has no such address`,
    };
    const reason = reasons[code ?? ''];
    throw reason === undefined ? error : new UserError(reason, { exitCode: 1 });
  }
}

function welcome(
  { host, port }: OpenAiServer,
  models: readonly ServedModel[],
  options: ServeOptions,
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

/** `200 POST /v1/chat/completions qed-nano 1.2 s, 34 + 120 tokens`; faults of the program with their cause. */
function report(
  { method, path, status, seconds, model, usage, error, id }: RequestRecord,
  isQuiet: boolean,
): void {
  const isOurs = error?.details.code === 'internal_error';
  if (isQuiet && !isOurs) return;
  const spent = usage === undefined ? '' : `, ${usage.promptTokens} + ${usage.completionTokens} tokens`;
  const why = error === undefined ? '' : `, ${error.details.code}: ${error.message}`;
  const line = `${status} ${method} ${path} ${model ?? ''} ${seconds.toFixed(1)} s${spent}${why}`;
  // A path and a model's name come from outside.
  process.stderr.write(`${line.replaceAll(/[\p{Control}\u2028\u2029]+/gu, ' ').replaceAll(/ {2,}/g, ' ')}\n`);
  if (isOurs) {
    const { cause } = error;
    process.stderr.write(
      `${id}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`,
    );
  }
}

function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It is a whole number ${range}.`);
  };
}
