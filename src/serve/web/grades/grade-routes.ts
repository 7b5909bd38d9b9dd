/** What the browser sends of human grading, as routes below /api: checked, done durably, and only then acknowledged. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { LineLayer } from '../../../journal/durable-lines.ts';
import { DiskFullError, RunDirectoryInUseError } from '../../../journal/errors.ts';
import type { NewAdjudication, NewGrade, NewLogEntry, NewOne, NewQueue } from '../../../view/api/grades.ts';
import type { Workplace } from '../../../view/workplace.ts';
import { ApiError, invalidRequest } from '../../api-error.ts';
import { GradeWriter } from './grade-writer.ts';
import { makeAdjudication, makeQueue } from './make-queue.ts';

const id = z.string().min(8).max(64);
const grader = z.string().trim().min(1).max(60);
const text = z.string().max(20_000);
const points = z.number().min(0).max(7);

const gradeSchema: z.ZodType<NewGrade> = z.object({
  ...{ id, grader, queue: z.string(), item: z.string(), after: z.string().nullable() },
  seconds: z.number().min(0).max(86_400),
  shown: z.int().min(1),
  grade: z
    .object({
      points,
      marks: z.object({
        checkpoints: z.record(z.string(), points),
        deductions: z.record(z.string(), points),
        limits: z.array(z.string()),
      }),
      overrideReason: text,
      comment: text,
      confidence: z.number().min(0).max(1).nullable(),
      style: z.array(z.string()).max(50),
      styleNote: text,
    })
    .nullable(),
});

const logSchema: z.ZodType<NewLogEntry> = z.object({
  ...{ id, grader, queue: z.string(), item: z.string().nullable(), reason: text },
  what: z.enum(['began', 'skipped', 'finished', 'unblinded']),
});

const count = z.int().min(1).max(1000);
const queueSchema: z.ZodType<NewQueue> = z.object({
  title: z.string().trim().min(1).max(120),
  sources: z.array(z.string()).min(1).max(200),
  seed: z.int().min(0),
  choose: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('per-problem'), count }),
    z.object({ kind: z.literal('per-band'), count }),
    z.object({ kind: z.literal('judges-disagree') }),
    z.object({ kind: z.literal('ungraded') }),
  ]),
  limit: z.int().min(1).nullable(),
  showsSystems: z.boolean(),
  showsReference: z.boolean(),
});

const oneSchema: z.ZodType<NewOne> = z.object({ run: z.string().min(1), id: z.string().min(1) });
const adjudicationSchema: z.ZodType<NewAdjudication> = z.object({ of: z.string(), grader });

/** `layer`: how lines get to the disk, in tests one that fails. */
export function gradeRoutes(workplace: Workplace, layer?: LineLayer): Hono {
  const writer = new GradeWriter(workplace, layer);
  const app = new Hono();
  app.post('/grades/queues', async (context) =>
    context.json(
      await told(async () => makeQueue(workplace, checked(queueSchema, await bodyOf(context.req.raw)))),
    ),
  );
  app.post('/grades/one', async (context) =>
    context.json(await told(async () => writer.one(checked(oneSchema, await bodyOf(context.req.raw))))),
  );
  app.post('/grades/adjudications', async (context) => {
    const asked = checked(adjudicationSchema, await bodyOf(context.req.raw));
    return context.json(await told(() => makeAdjudication(workplace, asked.of, asked.grader)));
  });
  app.post('/grades/grades', async (context) =>
    context.json(await told(async () => writer.grade(checked(gradeSchema, await bodyOf(context.req.raw))))),
  );
  app.post('/grades/log', async (context) => {
    await told(async () => writer.log(checked(logSchema, await bodyOf(context.req.raw))));
    return context.json({});
  });
  return app;
}

/** Only JSON that says so: a page of another origin cannot send that without asking. */
async function bodyOf(request: Request): Promise<unknown> {
  if (!/^application\/json *(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new ApiError('the body must be application/json', {
      ...{ status: 415, type: 'invalid_request_error', code: 'unsupported_media_type' },
    });
  }
  try {
    return await request.json();
  } catch {
    throw invalidRequest(undefined, 'the body is no JSON', 'invalid_json');
  }
}

function checked<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw invalidRequest(field, `field ${field}: ${issue?.message ?? 'invalid'}`);
}

/** What a person can do something about, as an error that says so. */
async function told<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DiskFullError) {
      throw new ApiError(
        `Nothing was saved: the disk of the served folder is full. Your draft stays in this browser; make room and save again`,
        {
          ...{ status: 507, type: 'server_error', code: 'disk_full', cause: error },
        },
      );
    }
    if (error instanceof RunDirectoryInUseError) {
      throw new ApiError('Nothing was saved: another process is writing grades in this folder. Save again', {
        ...{ status: 503, type: 'server_error', code: 'busy', cause: error },
      });
    }
    if (error instanceof Error && ['SuiteError', 'TableError', 'DataFileError'].includes(error.name)) {
      throw invalidRequest('sources', error.message);
    }
    if (error instanceof Error && (error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new ApiError(`Nothing was saved: the served folder cannot be written to (${error.message})`, {
        ...{ status: 403, type: 'permission_error', code: 'not_writable', cause: error },
      });
    }
    throw error;
  }
}
