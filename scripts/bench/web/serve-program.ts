// The web app's server in a process of its own, for the benchmark: node serve-program.ts FOLDER tells its port, and at every
// message what it took since the last one.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { builtWebApp } from '../../../src/cli/built-web-app.ts';
import { startWebServer } from '../../../src/serve/web/web-server.ts';
import { Workplace } from '../../../src/view/workplace.ts';

export interface Took {
  /** The longest that nothing else was done, and processor time; seconds. */
  readonly longestBlock: number;
  readonly processor: number;
  /** Bytes in memory now, and the most so far. */
  readonly resident: number;
  readonly peak: number;
}

const workplace = new Workplace({ folder: process.argv[2] ?? '.' });
const appDirectory = await builtWebApp();
const { port } = await startWebServer({ workplace, appDirectory, host: '127.0.0.1', port: 0 });
const resolution = 1;
const delays = monitorEventLoopDelay({ resolution });
let usage = process.cpuUsage();
process.on('message', () => {
  const { user, system } = process.cpuUsage(usage);
  const took: Took = {
    longestBlock: Math.max(0, delays.max / 1e9 - resolution / 1e3),
    processor: (user + system) / 1e6,
    resident: process.memoryUsage.rss(),
    peak: process.resourceUsage().maxRSS * 1024,
  };
  process.send?.(took);
  usage = process.cpuUsage();
  delays.reset();
});
process.once('disconnect', () => process.exit(0));
delays.enable();
process.send?.({ port });
