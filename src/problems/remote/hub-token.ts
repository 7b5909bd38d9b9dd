/**
 * The hub's token, where the hub's own tools keep it: HF_TOKEN, else the file that HF_TOKEN_PATH names, else `token` in
 * HF_HOME (~/.cache/huggingface). It goes into the header of requests to the hub and nowhere else.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hubHome } from './hub-home.ts';

export interface HubToken {
  readonly token: string;
  /** Where it comes from, for people. */
  readonly from: string;
}

export interface HubTokenOptions {
  /** For reading: servers that stand in for the hub (HF_ENDPOINT) have tokens of their own form. */
  readonly anyForm?: boolean;
}

/** Undefined where there is none. Throws an Error for one that cannot be a token, without showing it. */
export function hubToken(
  environment: Readonly<Record<string, string | undefined>>,
  { anyForm = false }: HubTokenOptions = {},
): HubToken | undefined {
  const checked = anyForm ? (token: string) => token : checkedForm;
  const said = environment.HF_TOKEN?.trim();
  if (said !== undefined && said !== '') return { token: checked(said, 'HF_TOKEN'), from: 'HF_TOKEN' };
  const file = tokenFile(environment);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Error(`${file}: the hub's token cannot be read (${String(code)})`, { cause: error });
  }
  return text === '' ? undefined : { token: checked(text, file), from: file };
}

function tokenFile(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.HF_TOKEN_PATH) return path.resolve(environment.HF_TOKEN_PATH);
  return path.join(hubHome(environment), 'token');
}

function checkedForm(token: string, from: string): string {
  if (/^hf_[\w-]+$/.test(token)) return token;
  throw new Error(
    `${from}: no token of the hub (they begin with hf_); make one at huggingface.co/settings/tokens`,
  );
}
