/** A web server that knows nothing but files, below a folder of its own: what an exported site meets elsewhere. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface FileServer {
  /** Ends in a slash. */
  readonly address: string;
  /** Paths of the requests that found nothing. */
  readonly missed: readonly string[];
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** `below`: such as `/` or `/some/folder/`. */
export async function startFileServer(directory: string, below: string): Promise<FileServer> {
  const missed: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const name = decodeURIComponent(pathname.slice(below.length)) || 'index.html';
    const bytes = pathname.startsWith(below)
      ? await readFile(path.join(directory, name)).catch(() => undefined)
      : undefined;
    if (bytes === undefined) missed.push(pathname);
    response.writeHead(bytes === undefined ? 404 : 200, {
      'content-type': types[path.extname(name)] ?? 'text/plain',
    });
    response.end(bytes ?? 'nothing here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${below}`,
    missed,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
