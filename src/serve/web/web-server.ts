/** The web app behind a port: it listens or says why not, and closing it ends every connection at once. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { Tries } from './try/tries.ts';
import { tryRoutes } from './try/try-routes.ts';
import { createWebApp, type WebAppOptions } from './web-app.ts';

export interface WebServer {
  readonly port: number;
  /** Stops what is being searched, and ends every connection. */
  close(): Promise<void>;
}

/** Resolves when it listens. Rejects when it cannot: `error.code` is EADDRINUSE when the port is taken. */
export async function startWebServer({
  port,
  ...options
}: WebAppOptions & { readonly port: number }): Promise<WebServer> {
  const tries = new Tries(options.workplace);
  const routes = [...(options.routes ?? []), tryRoutes(options.workplace, tries)];
  const app = createWebApp({ ...options, routes });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      // What is being searched stops first, so that whoever watches sees its end.
      await tries.close();
      await closed(server);
    },
  };
}

async function closed(server: ServerType): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
