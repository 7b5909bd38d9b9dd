/** The built browser app: files with their digest in the name are kept for good, the page itself never. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Hono } from 'hono';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

export function serveApp(app: Hono, directory: string): void {
  app.get('/', async () => await fileOf(directory, 'index.html'));
  app.get('/favicon.svg', async () => await fileOf(directory, 'favicon.svg'));
  app.get('/assets/:file', async (context) => {
    const file = context.req.param('file');
    const isName = /^[A-Za-z0-9._-]+$/.test(file) && !file.startsWith('.');
    const found = isName
      ? await fileOf(directory, path.join('assets', file)).catch(() => undefined)
      : undefined;
    return found ?? context.notFound();
  });
}

async function fileOf(directory: string, file: string): Promise<Response> {
  const bytes = await readFile(path.join(directory, file));
  const isKept = file.startsWith('assets');
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': types[path.extname(file)] ?? 'application/octet-stream',
      'cache-control': isKept ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  });
}
