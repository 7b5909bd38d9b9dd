/** Who may ask a server, from the options of `qed serve`; checked before a model is loaded. */
import type { ServeOptions } from './serve.ts';
import { UserError } from './user-error.ts';

export interface Access {
  readonly host: string;
  readonly origins: readonly string[];
  readonly apiKey?: string;
}

/** Throws a UserError. */
export async function accessOf({
  host,
  apiKeyEnv,
  cors,
}: Pick<ServeOptions, 'host' | 'apiKeyEnv' | 'cors'>): Promise<Access> {
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
