/** Where the hub's own tools keep what is theirs: HF_HOME, else ~/.cache/huggingface. */
import { homedir } from 'node:os';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export function hubHome(environment: Environment): string {
  if (environment.HF_HOME) return path.resolve(environment.HF_HOME);
  const home = environment.HOME || homedir();
  return path.join(environment.XDG_CACHE_HOME || path.join(home, '.cache'), 'huggingface');
}

/** Their cache of repositories. */
export function hubCacheHome(environment: Environment): string {
  const named = environment.HF_HUB_CACHE || environment.HUGGINGFACE_HUB_CACHE;
  return named ? path.resolve(named) : path.join(hubHome(environment), 'hub');
}
