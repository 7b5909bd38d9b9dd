/**
 * What can go wrong with the durable record, as types. Each carries plain details, so that an error of the
 * writer's thread arrives on the main thread as the same class with the same details (`encodeError`,
 * `decodeError`).
 */

/** Base of every error of the journal. */
export class JournalError extends Error {
  override readonly name: string = 'JournalError';
}

/** One label asked for twice in one unit within a process: the second answer would be the first one's. */
export class SameLabelError extends JournalError {
  override readonly name = 'SameLabelError';
  readonly unit: string;
  readonly label: string;

  constructor(unit: string, label: string) {
    super(`effect "${label}" of unit "${unit}" was asked for twice in this process; give each its own label`);
    this.unit = unit;
    this.label = label;
  }
}

/** An event appended again under its key with another value or payload. */
export class ConflictError extends JournalError {
  override readonly name = 'ConflictError';
  readonly stream: string;
  readonly key: string;

  constructor(stream: string, key: string) {
    super(`event "${key}" of stream "${stream}" is already recorded with another value or payload`);
    this.stream = stream;
    this.key = key;
  }
}

/** The journal was closed before, or while, this was asked of it. */
export class JournalClosedError extends JournalError {
  override readonly name = 'JournalClosedError';

  constructor() {
    super('the journal is closed');
  }
}

/**
 * No room left where `path` lies. Nothing acknowledged is lost: free space, open the run directory again and
 * continue. `availableBytes` is what was free when the write failed.
 */
export class DiskFullError extends JournalError {
  override readonly name = 'DiskFullError';
  readonly path: string;
  readonly availableBytes: number;

  constructor(path: string, availableBytes: number, options?: ErrorOptions) {
    super(
      `disk full: could not write ${path} (${availableBytes} bytes free). Everything acknowledged is kept; ` +
        'free some space and continue the run',
      options,
    );
    this.path = path;
    this.availableBytes = availableBytes;
  }
}

/** Another process writes this run directory. `since` is the time it opened it (ISO 8601). */
export class RunDirectoryInUseError extends JournalError {
  override readonly name = 'RunDirectoryInUseError';
  readonly runDirectory: string;
  readonly pid: number | undefined;
  readonly since: string | undefined;

  constructor(runDirectory: string, pid?: number, since?: string) {
    const holder =
      pid === undefined ? 'another process' : `process ${pid} since ${since ?? 'an unknown time'}`;
    super(`run directory ${runDirectory} is in use by ${holder}; wait for it or end it`);
    this.runDirectory = runDirectory;
    this.pid = pid;
    this.since = since;
  }
}

/** The run directory lies where SQLite's locks and shared memory cannot be trusted. */
export class NetworkFileSystemError extends JournalError {
  override readonly name = 'NetworkFileSystemError';
  readonly runDirectory: string;
  readonly fileSystem: string;

  constructor(runDirectory: string, fileSystem: string) {
    super(
      `run directory ${runDirectory} is on a network file system (${fileSystem}), whose locks and shared memory ` +
        'can corrupt a journal. Use a directory on a local disk (--run DIR) and copy it when the run has ended',
    );
    this.runDirectory = runDirectory;
    this.fileSystem = fileSystem;
  }
}

/** Written by a newer version of this software. */
export class NewerFormatError extends JournalError {
  override readonly name = 'NewerFormatError';
  readonly path: string;
  readonly found: number;
  readonly known: number;

  constructor(path: string, found: number, known: number) {
    super(`${path} has format ${found}; this version of QED reads up to ${known}. Continue with a newer QED`);
    this.path = path;
    this.found = found;
    this.known = known;
  }
}

/** A recorded payload that cannot be read back: its pack is missing, cut or altered. */
export class DamagedRecordError extends JournalError {
  override readonly name = 'DamagedRecordError';
  readonly path: string;

  constructor(path: string, offset: number, reason: string) {
    super(`${path}, record at byte ${offset}: ${reason}`);
    this.path = path;
  }
}

/** An error as plain data, for a message between threads. */
export interface EncodedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

const classes: readonly (abstract new (...parts: never[]) => JournalError)[] = [
  DiskFullError,
  RunDirectoryInUseError,
  NewerFormatError,
  DamagedRecordError,
];

export function encodeError(error: unknown): EncodedError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, fields: {} };
  const { name, message, stack } = error;
  const fields = Object.fromEntries(
    Object.entries(error).filter(
      ([key, value]) => key !== 'name' && ['string', 'number'].includes(typeof value),
    ),
  );
  return { name, message, stack, fields };
}

/** The error that `encodeError` took apart; an unknown class becomes a JournalError. */
export function decodeError(encoded: EncodedError): JournalError {
  const found = classes.find((candidate) => candidate.name === encoded.name);
  const prototype: object = found?.prototype ?? JournalError.prototype;
  const error = new JournalError(encoded.message);
  Object.setPrototypeOf(error, prototype);
  return Object.assign(error, encoded.fields, {
    name: encoded.name,
    stack: encoded.stack ?? error.stack,
  });
}
