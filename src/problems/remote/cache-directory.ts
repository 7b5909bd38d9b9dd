/** Where files that can be fetched again are kept: QED_CACHE, or the place that the system has for caches. */
import { homedir } from 'node:os';
import path from 'node:path';

export function cacheDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  const named = (name: string): string | undefined => environment[name] || undefined;
  const own = named('QED_CACHE');
  if (own !== undefined) return path.resolve(own);
  // The XDG convention says that a relative path there does not count.
  const xdg = named('XDG_CACHE_HOME');
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'qed');
  const home = named('HOME') ?? homedir();
  if (platform === 'win32')
    return path.join(named('LOCALAPPDATA') ?? path.join(home, 'AppData', 'Local'), 'qed', 'cache');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'qed');
  return path.join(home, '.cache', 'qed');
}
