/** `qed serve`: the web app on a folder's runs, until Ctrl-C; with `--export` as files. */
import { existsSync } from 'node:fs';
import { builtWebApp } from './built-web-app.ts';
import { listeningError } from './listening-error.ts';
import type { ServeOptions } from './serve.ts';
import { UserError } from './user-error.ts';

/** What the web app is given. */
export type ServeWebOptions = ServeOptions & { readonly port: number };

/** Returns the exit code. */
export async function serveWeb(given: string | undefined, options: ServeWebOptions): Promise<number> {
  const folder = given ?? (existsSync('runs') ? 'runs' : '.');
  if (!existsSync(folder)) throw new UserError(`${folder}: there is no such folder`, { exitCode: 2 });
  if (options.export !== undefined) {
    const { exportWeb } = await import('./export-web.ts');
    return await exportWeb({ folder, directory: options.export, quiet: options.quiet === true });
  }
  const token = await tokenOf(options);
  const [{ Workplace }, { startWebServer }, { watchInterruption }] = await Promise.all([
    import('../view/workplace.ts'),
    import('../serve/web/web-server.ts'),
    import('./interruption.ts'),
  ]);
  const appDirectory = await builtWebApp();
  const workplace = new Workplace({ folder });
  const { host, port } = options;
  const fault = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (options.quiet !== true) process.stderr.write(`${text}\n`);
  };
  try {
    const server = await startWebServer({ workplace, appDirectory, host, port, token, onFault: fault }).catch(
      (error: unknown) => {
        throw listeningError(error, options);
      },
    );
    process.stdout.write(welcome({ host, port: server.port, token, folder }));
    const stopped = Promise.withResolvers<void>();
    const interruption = watchInterruption({ onFirst: () => stopped.resolve() });
    await stopped.promise;
    await server.close();
    interruption.dispose();
    return 0;
  } finally {
    workplace.close();
  }
}

/** None on loopback; elsewhere that of the environment, or a new one. */
async function tokenOf({ host, tokenEnv }: ServeWebOptions): Promise<string | undefined> {
  const { isLoopback } = await import('../serve/gate.ts');
  if (tokenEnv !== undefined) {
    const token = process.env[tokenEnv]?.trim();
    if (token !== undefined && token !== '') return token;
    throw new UserError(`--token-env ${tokenEnv}: the environment has no such variable, or an empty one`, {
      exitCode: 2,
    });
  }
  if (isLoopback(host)) return undefined;
  const { randomBytes } = await import('node:crypto');
  return randomBytes(24).toString('base64url');
}

function welcome({
  host,
  port,
  token,
  folder,
}: {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly folder: string;
}): string {
  const name = host.includes(':') ? `[${host}]` : host;
  const address = `http://${name}:${port}/${token === undefined ? '' : `?token=${token}`}`;
  return `the runs in ${folder}: ${address}\n\nCtrl-C stops it.\n`;
}
