/**
 * Typed calls into a worker thread. The engine's workers block for as long as onnxruntime computes, so the main
 * thread only ever talks to them through here. Promises: calls start in the order they were made; an error
 * thrown in the worker rejects the call with its message and code; when a worker dies, every call in flight and
 * every later one rejects and says so; an idle worker does not keep the process alive.
 */
import { extname } from 'node:path';
import { parentPort, type Transferable, Worker } from 'node:worker_threads';

/** What a worker offers: methods of one structured-cloneable argument. Declare it as a `type`, not an `interface`. */
export type Service = Readonly<Record<string, (argument: never) => unknown>>;

export interface CallContext {
  /** Fires when the caller gives up or the worker is closed. A handler that can end early watches it. */
  readonly signal: AbortSignal;
  /** Moves these buffers to the caller with the result instead of copying them; they are lost to the worker. */
  transfer(...buffers: ArrayBuffer[]): void;
}

/** The worker's side of a service. */
export type Handlers<S extends Service> = {
  readonly [M in keyof S]: (
    argument: Parameters<S[M]>[0],
    context: CallContext,
  ) => Awaited<ReturnType<S[M]>> | Promise<Awaited<ReturnType<S[M]>>>;
};

type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'close' };

interface RemoteError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of an error of the system, for example ENOSPC: what it says decides what becomes of it. */
  readonly code: string | undefined;
}

type FromWorker =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: RemoteError };

/**
 * Answers calls in the worker until the client closes. `serial`: a call starts when the one before it has ended;
 * `concurrent`: a call starts when it arrives. `onClose` runs after the last call.
 */
export function serve<S extends Service>(
  handlers: Handlers<S>,
  options: { readonly order: 'serial' | 'concurrent'; readonly onClose?: () => Promise<void> },
): void {
  const port = parentPort;
  if (port === null) throw new Error('serve: this module runs in a worker thread only');
  const running = new Map<number, AbortController>();
  const ended = new Set<Promise<void>>();
  let last: Promise<void> = Promise.resolve();

  const answer = async (
    id: number,
    method: string,
    argument: unknown,
    signal: AbortSignal,
  ): Promise<void> => {
    const buffers: Transferable[] = [];
    try {
      const handler = (handlers as Record<string, (argument: unknown, context: CallContext) => unknown>)[
        method
      ];
      if (handler === undefined) throw new Error(`the worker has no method ${method}`);
      const value = await handler(argument, { signal, transfer: (...given) => buffers.push(...given) });
      port.postMessage({ kind: 'result', id, value } satisfies FromWorker, buffers);
    } catch (error) {
      port.postMessage({ kind: 'error', id, error: describeError(error) } satisfies FromWorker);
    }
    running.delete(id);
  };

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'call') {
      const controller = new AbortController();
      running.set(message.id, controller);
      const begin = () => answer(message.id, message.method, message.argument, controller.signal);
      const call = options.order === 'serial' ? last.then(begin) : begin();
      last = call;
      ended.add(call);
      void call.then(() => ended.delete(call));
    } else if (message.kind === 'abort') {
      running.get(message.id)?.abort();
    } else {
      for (const controller of running.values()) controller.abort();
      void Promise.all(ended)
        .then(() => options.onClose?.())
        .then(() => port.close());
    }
  });
}

/** The client's side of a service that runs in a worker of its own. */
export class WorkerClient<S extends Service> {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #pending = new Map<
    number,
    { readonly method: string; resolve(value: unknown): void; reject(error: unknown): void }
  >();
  readonly #exit: Promise<void>;
  #nextId = 0;
  #failure: Error | undefined;
  #isClosing = false;

  /** Starts `module` (see `siblingModule`) in a thread. `name` is how errors speak of it, for example `trainer`. */
  constructor(module: URL, name: string) {
    this.#name = name;
    // No inherited flags: some (--input-type, those of the test runner) are refused for a worker's module.
    this.#worker = new Worker(module, { name, execArgv: [] });
    this.#worker.on('message', (message: FromWorker) => this.#settle(message));
    this.#worker.on('error', (error: unknown) => {
      this.#fail(error instanceof Error ? error.message : String(error), error);
    });
    this.#worker.on('messageerror', (error) => this.#fail(error.message, error));
    this.#exit = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        if (!this.#isClosing || this.#pending.size > 0) this.#fail(`exit code ${code}`, undefined);
        resolve();
      });
    });
    this.#worker.unref();
  }

  /**
   * Calls `method`. Buffers in `transfer` move to the worker. When `signal` fires, the call rejects at once with
   * an AbortError and the worker is told.
   */
  call<M extends keyof S & string>(
    method: M,
    argument: Parameters<S[M]>[0],
    options: { readonly transfer?: readonly ArrayBuffer[]; readonly signal?: AbortSignal } = {},
  ): Promise<Awaited<ReturnType<S[M]>>> {
    const { signal, transfer = [] } = options;
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isClosing) return Promise.reject(new Error(`the ${this.#name} worker is closed`));
    if (signal?.aborted) return Promise.reject(abortError(method, signal));
    this.#nextId += 1;
    const id = this.#nextId;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#post({ kind: 'abort', id }, []);
        this.#take(id)?.reject(abortError(method, signal));
      };
      const release = () => signal?.removeEventListener('abort', onAbort);
      this.#pending.set(id, {
        method,
        resolve(value) {
          release();
          resolve(value as Awaited<ReturnType<S[M]>>);
        },
        reject(error) {
          release();
          reject(error);
        },
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#worker.ref();
      try {
        this.#post({ kind: 'call', id, method, argument }, transfer);
      } catch (error) {
        this.#take(id)?.reject(error);
      }
    });
  }

  /**
   * Fires the signals of running calls, lets them end, and ends the thread; rejects when the thread fails at that.
   * A thread that had failed before is ended at once. Safe to call twice.
   */
  async close(): Promise<void> {
    if (this.#failure !== undefined) {
      await this.#worker.terminate();
      return;
    }
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#worker.ref();
      this.#post({ kind: 'close' }, []);
    }
    await this.#exit;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #post(message: ToWorker, transfer: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  #settle(message: FromWorker): void {
    const call = this.#take(message.id);
    if (message.kind === 'result') call?.resolve(message.value);
    else call?.reject(rebuildError(message.error, this.#name));
  }

  #take(id: number) {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0 && !this.#isClosing) this.#worker.unref();
    return call;
  }

  #fail(reason: string, cause: unknown): void {
    if (this.#failure !== undefined) return;
    const methods = [...new Set([...this.#pending.values()].map((call) => call.method))];
    const during = methods.length === 0 ? '' : ` during ${methods.join(', ')}`;
    this.#failure = new Error(`the ${this.#name} worker ended unexpectedly${during}: ${reason}`, { cause });
    for (const call of this.#pending.values()) call.reject(this.#failure);
    this.#pending.clear();
  }
}

/** The module beside `importer` (its `import.meta.url`) with the importer's extension: .ts here, .js when built. */
export function siblingModule(name: string, importer: string): URL {
  return new URL(`./${name}${extname(new URL(importer).pathname)}`, importer);
}

function abortError(method: string, signal: AbortSignal | undefined): DOMException {
  const error = new DOMException(`${method} was aborted`, 'AbortError');
  Object.defineProperty(error, 'cause', { value: signal?.reason });
  return error;
}

function describeError(error: unknown): RemoteError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, code: undefined };
  const { name, message, stack } = error;
  return { name, message, stack, code: 'code' in error ? String(error.code) : undefined };
}

function rebuildError(remote: RemoteError, worker: string): Error {
  if (remote.name === 'AbortError') return new DOMException(remote.message, 'AbortError');
  const error = new Error(remote.message);
  error.name = remote.name;
  if (remote.code !== undefined) Object.assign(error, { code: remote.code });
  if (remote.stack !== undefined) error.stack = `${remote.stack}\n    in the ${worker} worker`;
  return error;
}
