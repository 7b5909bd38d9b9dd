/** What every client of the load is asked to do, and what it reports as one line of JSON. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Load {
  readonly port: number;
  /** At once. */
  readonly calls: number;
  /** Of each reply. */
  readonly tokens: number;
  /** How often the calls are made, one round after the other. */
  readonly rounds: number;
}

export interface LoadReport {
  /** From the first call to the end of the last. */
  readonly seconds: number;
  /** Of this process in that time. */
  readonly cpuSeconds: number;
  /** Of this process since it began. */
  readonly processSeconds: number;
  /** Greatest resident memory of this process, at the end of each round. */
  readonly peakBytes: readonly number[];
  /** Characters of all replies, or bytes where nothing is read into them. */
  readonly received: number;
  /** Milliseconds by which the event loop was late, at the 99th percentile. */
  readonly loopDelayP99?: number;
}

/** Runs rounds of calls in this process and reports. `call` gives what it received. */
export async function runLoad(load: Load, call: (index: number) => Promise<number>): Promise<LoadReport> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const peakBytes: number[] = [];
  let received = 0;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  delay.enable();
  for (let round = 0; round < load.rounds; round += 1) {
    const all = await Promise.all(Array.from({ length: load.calls }, (_, index) => call(index)));
    received += all.reduce((sum, one) => sum + one, 0);
    // Kilobytes, on every system.
    peakBytes.push(process.resourceUsage().maxRSS * 1024);
  }
  delay.disable();
  const inSeconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
  return {
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: inSeconds(process.cpuUsage(cpuBefore)),
    processSeconds: inSeconds(process.cpuUsage()),
    peakBytes,
    received,
    loopDelayP99: delay.percentile(99) / 1e6,
  };
}
