/**
 * `qed serve`: the web app for the runs of a folder; with `--openai` a model, and scaffolds around it, as an
 * OpenAI-compatible endpoint; with `--tinker` the embedded engine behind the Tinker API. SIGTERM or Ctrl-C ends it; a second one ends it at once.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from './user-error.ts';

export interface ServeOptions {
  readonly openai?: boolean;
  readonly tinker?: boolean;
  readonly export?: string;
  readonly model: readonly string[];
  readonly scaffold: readonly string[];
  readonly name?: string;
  readonly port?: number;
  readonly host: string;
  readonly tokenEnv?: string;
  readonly apiKeyEnv?: string;
  readonly cors: readonly string[];
  readonly maxTokens?: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly timeout: number;
  readonly grace: number;
  readonly maxBody?: number;
  readonly checkpoints?: string;
  readonly maxModels: number;
  readonly sessionTimeout: number;
  readonly uploads?: number;
  readonly threads?: number;
  readonly seed?: number;
  readonly quiet?: boolean;
}

/** Where the command does not say. */
const usualPort = { web: 7360, openAi: 8000, tinker: 8010 };

export function addServeCommand(program: Command): void {
  const several = (value: string, earlier: readonly string[]): string[] => [...earlier, value];
  program
    .command('serve')
    .argument('[folder]', 'folder with run directories (default: runs, or here where there is none)')
    .summary('the web app for runs, proofs and grades; or a model as an OpenAI-compatible endpoint')
    .description(
      'Opens the web app on the run directories below a folder: runs as they learn, proofs beside their grades, ' +
        'comparisons, grading by people, and a place to try a model. It only reads the runs. With --openai it serves a ' +
        'model instead: POST /v1/chat/completions, POST /v1/completions, GET /v1/models and GET /health. With --tinker ' +
        'programs written for the Tinker SDK train and sample models on this machine. Only this machine reaches it ' +
        'unless --host says otherwise.',
    )
    .option(
      '--port <n>',
      `port; 0 for any that is free (default: ${usualPort.web}, with --openai ${usualPort.openAi}, with --tinker ${usualPort.tinker})`,
      wholeNumber(0, 65_535),
    )
    .option(
      '--host <address>',
      'address to listen on; another than loopback needs a token or a key',
      '127.0.0.1',
    )
    .option(
      '--token-env <variable>',
      'web app: the environment variable with the token (default: a new one is printed)',
    )
    .option('--export <dir>', 'web app: write it as a static site into this directory instead')
    .option('--openai', 'speak OpenAI’s protocol')
    .option('--tinker', 'speak the Tinker API: training and sampling on the embedded engine')
    .option(
      '--model <spec>',
      'a preset, openai:URL#MODEL, gguf:FILE, run:NAME/CHECKPOINT, or a directory with config.json; with --tinker the ' +
        'last two, NAME=SPEC to name it, and it may be repeated',
      several,
      [],
    )
    .option('--scaffold <spec>', 'a scaffold, for example rsa or rsa(n=4); may be repeated', several, [])
    .option('--name <id>', 'what clients call the model (default: its own name)')
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
    .option('--max-body <megabytes>', 'largest request (default: 4, with --tinker 256)', wholeNumber(1, 4000))
    .option('--seed <n>', 'makes requests without a seed repeat, in their order', wholeNumber(0))
    .option('--quiet', 'no line for each request')
    .option('--checkpoints <dir>', 'tinker: where what is saved lies (default: tinker-checkpoints)')
    .option('--max-models <n>', 'tinker: models in memory at a time', wholeNumber(1, 1000), 8)
    .option(
      '--session-timeout <seconds>',
      'tinker: a session of which nothing is heard for so long ends, and frees its models',
      wholeNumber(10, 2_000_000),
      300,
    )
    .option(
      '--uploads <gigabytes>',
      'tinker: clients may bring models, of so much together (default: 0, with a key 64)',
      wholeNumber(0, 100_000),
    )
    .option('--threads <n>', 'tinker: threads of the engine (default: one a core)', wholeNumber(1, 1024))
    .addHelpText(
      'after',
      `
Examples:
  $ qed serve
  $ qed serve runs --export site
  $ qed serve --openai --model run:lab/rl
  $ qed serve --openai --model qed-nano --scaffold rsa --scaffold "deepseek-math(solver=reasoning-cache)"
  $ qed serve --tinker --model models/mine --model lab=run:lab/rl
  $ QED_KEY=sk-… qed serve --openai --model gguf:model.gguf --host 0.0.0.0 --api-key-env QED_KEY`,
    )
    .action(async (folder: string | undefined, options: ServeOptions) => {
      process.exitCode = await serve(folder, options);
    });
}

/** Returns the exit code. */
async function serve(folder: string | undefined, options: ServeOptions): Promise<number> {
  const { model: models, openai, tinker, port } = options;
  const [model, ...others] = models;
  if (tinker === true) {
    if (openai === true)
      throw new UserError('--openai and --tinker are two servers: start one of them', { exitCode: 2 });
    if (model === undefined) throw new UserError('--tinker needs a model: --model DIR', { exitCode: 2 });
    if (folder !== undefined)
      throw new UserError(`--tinker serves models, not the folder ${folder}`, { exitCode: 2 });
    const { serveTinker } = await import('./serve-tinker.ts');
    return await serveTinker({ ...options, port: port ?? usualPort.tinker });
  }
  if (openai !== true) {
    if (model !== undefined) {
      throw new UserError(
        '--model is for --openai and --tinker; the web app asks for models on its page "Try"',
        { exitCode: 2 },
      );
    }
    const { serveWeb } = await import('./serve-web.ts');
    return await serveWeb(folder, { ...options, port: port ?? usualPort.web });
  }
  if (model === undefined) throw new UserError('--openai needs a model: --model SPEC', { exitCode: 2 });
  if (others.length > 0) throw new UserError('--openai serves one model; give --model once', { exitCode: 2 });
  if (folder !== undefined)
    throw new UserError(`--openai serves a model, not the folder ${folder}`, { exitCode: 2 });
  const { serveOpenAi } = await import('./serve-openai.ts');
  return await serveOpenAi({ ...options, model, port: port ?? usualPort.openAi });
}

function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It is a whole number ${range}.`);
  };
}
