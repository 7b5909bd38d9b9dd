/** Pages that runs wrote of themselves, such as `report.html`, under a policy of their own that lets nothing run. */
import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import { runDocument } from '../../view/run/run-documents.ts';
import type { Workplace } from '../../view/workplace.ts';
import { documentPolicy } from './policy.ts';

export function serveDocuments(app: Hono, workplace: Workplace): void {
  app.get('/files/:run/:name', async (context) => {
    const { run, name } = context.req.param();
    const bytes = await readFile(runDocument(workplace, run, name));
    return new Response(new Uint8Array(bytes), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': documentPolicy },
    });
  });
}
