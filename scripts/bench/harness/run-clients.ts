/**
 * Runs the clients of the load in turn, each time as a new process, so that a drift of the machine meets all of them
 * and memory is each one's own. Repeats that others disturbed are made again while patience lasts. Each client makes
 * one call before anything is measured, so that all programs are compiled, as Python keeps its own compiled.
 */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LinePeer } from '../line-peer.ts';
import { isUndisturbed, type Measurement, type Patience, type Repeat, timeRuns } from '../quiet.ts';
import type { Load, LoadReport } from './load.ts';

export interface Client {
  readonly command: string;
  /** Beside this file. */
  readonly program: string;
  readonly rounds: number;
  readonly repeats: number;
  /** What it has to receive, where it reads the answers. */
  readonly characters?: number;
}

export interface ClientRuns {
  /** The undisturbed repeats if there are enough, else all. */
  readonly reports: readonly LoadReport[];
  readonly quality: Measurement['quality'];
}

interface Run extends Repeat {
  readonly report: LoadReport;
}

/** Throws when a client fails, or has not received what it should. */
export async function runClients<Name extends string>(
  clients: Readonly<Partial<Record<Name, Client>>>,
  options: {
    readonly calls: number;
    readonly tokens: number;
    readonly burst: number;
    readonly patience: Patience;
  },
): Promise<Partial<Record<Name, ClientRuns>>> {
  const { calls, tokens, burst, patience } = options;
  const all = Object.values<Client | undefined>(clients).filter((client) => client !== undefined);
  await withServer(1, burst, async (_server, port) => {
    for (const client of all) await ask(client, { port, calls: 1, tokens: 1, rounds: 1 });
  });
  return withServer(calls, burst, async (server, port) => {
    const made = new Map<Client, Run[]>();
    let spent = 0;
    for (;;) {
      const lacking = all.filter((client) => {
        const own = made.get(client) ?? [];
        const isOwed = own.length < client.repeats || spent < patience.extraSeconds;
        return isOwed && own.filter(isUndisturbed).length < client.repeats;
      });
      if (lacking.length === 0) break;
      for (const client of lacking) {
        const own = made.get(client) ?? [];
        const began = performance.now();
        const run = await runOnce(server, client, { port, calls, tokens, rounds: client.rounds });
        if (own.length >= client.repeats) spent += (performance.now() - began) / 1000;
        made.set(client, [...own, run]);
      }
    }
    const results = Object.entries<Client | undefined>(clients).flatMap(([name, client]) =>
      client === undefined ? [] : [[name, chosen(made.get(client) ?? [], client.repeats)] as const],
    );
    return Object.fromEntries(results) as Partial<Record<Name, ClientRuns>>;
  });
}

/** Starts the server of the load for rounds of so many calls. */
async function withServer<Result>(
  calls: number,
  burst: number,
  use: (server: LinePeer, port: number) => Promise<Result>,
): Promise<Result> {
  const program = placeOf('load-server-program.ts');
  const server = await LinePeer.start(process.execPath, [program, `${calls}`, `${burst}`], {});
  try {
    const { port } = await server.ask({ do: 'listen' });
    return await use(server, Number(port));
  } finally {
    server.close();
  }
}

/** Runs a client in a process of its own. */
async function ask({ command, program }: Client, load: Load): Promise<LoadReport> {
  const { stdout } = await promisify(execFile)(command, [placeOf(program), JSON.stringify(load)], {
    env: { NODE_COMPILE_CACHE: path.join(tmpdir(), 'qed-bench-compiled'), ...process.env },
  });
  return JSON.parse(stdout) as LoadReport;
}

async function runOnce(server: LinePeer, client: Client, load: Load): Promise<Run> {
  const spentByServer = async (): Promise<number> => Number((await server.ask({ do: 'spent' })).cpuSeconds);
  const reports: LoadReport[] = [];
  const repeat = await timeRuns(async () => {
    const before = await spentByServer();
    const report = await ask(client, load);
    reports.push(report);
    return report.processSeconds + (await spentByServer()) - before;
  }, 1);
  const [report] = reports;
  if (report === undefined) throw new Error(`${client.program} reported nothing`);
  const { characters } = client;
  if (characters !== undefined && report.received !== characters) {
    throw new Error(`${client.program} received ${report.received} characters instead of ${characters}`);
  }
  return { ...repeat, report };
}

function chosen(runs: readonly Run[], wanted: number): ClientRuns {
  const undisturbed = runs.filter(isUndisturbed);
  const isEnough = undisturbed.length >= wanted;
  const isKnown = runs.every(({ others }) => others !== undefined);
  return {
    reports: (isEnough ? undisturbed : runs).map(({ report }) => report),
    quality: !isEnough ? 'disturbed' : isKnown ? 'undisturbed' : 'unknown',
  };
}

function placeOf(program: string): string {
  return fileURLToPath(new URL(program, import.meta.url));
}
