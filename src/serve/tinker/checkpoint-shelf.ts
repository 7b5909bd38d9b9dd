/**
 * NO-TORN-CHECKPOINT: what clients save lies below one directory, as `<run>/<kind>/<name>/` in the Hugging Face layout,
 * whole and verified before it is read, and is found again after a restart. What is said of a checkpoint for good lies in
 * it (`training-run.json`); what may change, whether it expires and who may see it, lies beside it.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../engine/json-file.ts';
import { formatTinkerPath, type TinkerPath } from '../../engine/tinker/wire/tinker-path.ts';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { recoverCheckpoints, verifyCheckpoint, writeCheckpoint } from '../../journal/checkpoint-store.ts';
import { ApiError, invalidRequest } from '../api-error.ts';

export type CheckpointKind = 'weights' | 'sampler_weights';

const factsFile = 'training-run.json';
const kinds: readonly CheckpointKind[] = ['weights', 'sampler_weights'];
/** Of checkpoints: safe as a name of a file everywhere, and in an address. */
const safeName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

const loraSchema = z.object({
  rank: z.int(),
  alpha: z.number(),
  seed: z.int(),
  attention: z.boolean(),
  feedForward: z.boolean(),
  head: z.boolean(),
});

const factsSchema = z.object({
  format: z.literal(1),
  base_model: z.string(),
  /** Absent: all parameters were trained. */
  lora: loraSchema.exactOptional(),
  created: z.string(),
  user_metadata: z.record(z.string(), z.string()).exactOptional(),
});

const changingSchema = z.object({ expires_at: z.string().nullable(), public: z.boolean() });

export type CheckpointFacts = Omit<z.infer<typeof factsSchema>, 'format'>;

export interface SavedCheckpoint extends CheckpointFacts {
  readonly run: string;
  readonly kind: CheckpointKind;
  readonly name: string;
  readonly directory: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  readonly isPublic: boolean;
}

export class CheckpointShelf {
  readonly directory: string;
  readonly #now: () => number;
  readonly #checkpoints = new Map<string, SavedCheckpoint>();
  /** Being written, so that two of one name are not. */
  readonly #writing = new Set<string>();

  private constructor(directory: string, now: () => number) {
    this.directory = path.resolve(directory);
    this.#now = now;
  }

  /** Finds what is there. Tells `report` of what is not whole and passes it over. */
  static async open(
    directory: string,
    now: () => number,
    report: (remark: string) => void,
  ): Promise<CheckpointShelf> {
    const shelf = new CheckpointShelf(directory, now);
    await mkdir(shelf.directory, { recursive: true });
    for (const run of await folders(shelf.directory)) {
      for (const kind of kinds) await shelf.#readFolder(run, kind, report);
    }
    return shelf;
  }

  /** The newest first. */
  list(run?: string): readonly SavedCheckpoint[] {
    return [...this.#checkpoints.values()]
      .filter((one) => (run === undefined || one.run === run) && !this.#isOver(one))
      .sort((a, b) => b.created.localeCompare(a.created) || b.name.localeCompare(a.name));
  }

  /** Throws an ApiError of 404. */
  find({ run, kind, name }: TinkerPath): SavedCheckpoint {
    const found = this.#checkpoints.get(formatTinkerPath({ run, kind, name }));
    if (found !== undefined && !this.#isOver(found)) return found;
    throw new ApiError(`there is no checkpoint ${formatTinkerPath({ run, kind, name })} here`, {
      status: 404,
      type: 'invalid_request_error',
      code: 'checkpoint_not_found',
    });
  }

  /** Throws an ApiError of 400 for a name that cannot be used, or is taken. */
  checkName({ run, kind, name }: TinkerPath, { overwrite }: { readonly overwrite: boolean }): void {
    if (!safeName.test(name)) {
      throw invalidRequest(
        'path',
        `path: ${JSON.stringify(name.slice(0, 150))} is no name for a checkpoint; letters, digits, ".", "_" and "-" are, up to 128 of them`,
      );
    }
    const key = formatTinkerPath({ run, kind, name });
    if (overwrite || (!this.#checkpoints.has(key) && !this.#writing.has(key))) return;
    throw invalidRequest(
      'path',
      `path: there is a checkpoint ${key} already; choose another name`,
      'path_taken',
    );
  }

  /** Writes a checkpoint with what `fill` puts into the directory it is given: whole, or not at all. */
  async save(
    place: TinkerPath & { readonly kind: CheckpointKind },
    facts: Omit<CheckpointFacts, 'created'>,
    {
      ttlSeconds,
      overwrite = false,
    }: { readonly ttlSeconds?: number | undefined; readonly overwrite?: boolean },
    fill: (directory: string) => Promise<void>,
  ): Promise<SavedCheckpoint> {
    this.checkName(place, { overwrite });
    const key = formatTinkerPath(place);
    const created = new Date(this.#now()).toISOString();
    const directory = this.#directoryOf(place);
    this.#writing.add(key);
    try {
      const manifest = await writeCheckpoint(directory, async (inside) => {
        await fill(inside);
        const text = `${JSON.stringify({ format: 1, ...facts, created }, null, 2)}\n`;
        await writeFileAtomic(path.join(inside, factsFile), text);
      });
      const saved: SavedCheckpoint = {
        ...{ ...facts, created, run: place.run, kind: place.kind, name: place.name, directory },
        sizeBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
        expiresAt: ttlSeconds === undefined ? undefined : this.#now() + ttlSeconds * 1000,
        isPublic: false,
      };
      await this.#keep(saved);
      return saved;
    } finally {
      this.#writing.delete(key);
    }
  }

  /** Changes what may change of a checkpoint. */
  async change(
    place: TinkerPath,
    change: { readonly ttlSeconds?: number | null; readonly isPublic?: boolean },
  ): Promise<void> {
    const { ttlSeconds } = change;
    const found = this.find(place);
    const expiry = ttlSeconds === null ? undefined : this.#now() + (ttlSeconds ?? 0) * 1000;
    await this.#keep({
      ...found,
      expiresAt: ttlSeconds === undefined ? found.expiresAt : expiry,
      isPublic: change.isPublic ?? found.isPublic,
    });
  }

  async remove(place: TinkerPath): Promise<void> {
    const { directory } = this.find(place);
    await this.#removeFiles(formatTinkerPath(place), directory);
  }

  /** Throws an ApiError of 500 when the files are not those that were written. */
  async verify({ directory, run, kind, name }: SavedCheckpoint): Promise<void> {
    const verdict = await verifyCheckpoint(directory);
    if (verdict.ok) return;
    throw new ApiError(
      `the checkpoint ${formatTinkerPath({ run, kind, name })} is not whole any more: ${verdict.reason}`,
      { status: 500, type: 'server_error', code: 'checkpoint_damaged' },
    );
  }

  /** Removes what has expired. */
  async sweep(): Promise<void> {
    for (const [key, one] of this.#checkpoints)
      if (this.#isOver(one)) await this.#removeFiles(key, one.directory);
  }

  #isOver({ expiresAt }: SavedCheckpoint): boolean {
    return expiresAt !== undefined && expiresAt <= this.#now();
  }

  async #keep(saved: SavedCheckpoint): Promise<void> {
    const { directory, expiresAt, isPublic } = saved;
    const expiry = expiresAt === undefined ? null : new Date(expiresAt).toISOString();
    await writeFileAtomic(
      besideOf(directory),
      `${JSON.stringify({ expires_at: expiry, public: isPublic })}\n`,
    );
    this.#checkpoints.set(formatTinkerPath(saved), saved);
  }

  async #removeFiles(key: string, directory: string): Promise<void> {
    this.#checkpoints.delete(key);
    await rm(directory, { recursive: true, force: true });
    await rm(besideOf(directory), { force: true });
  }

  #directoryOf({ run, kind, name }: TinkerPath): string {
    return path.join(this.directory, folderOf(run), kind, name);
  }

  async #readFolder(run: string, kind: CheckpointKind, report: (remark: string) => void): Promise<void> {
    const folder = path.join(this.directory, folderOf(run), kind);
    const names = await readdir(folder).catch(() => []);
    for (const name of await recoverCheckpoints(folder, names)) {
      const directory = path.join(folder, name);
      if (!safeName.test(name) || !(await stat(directory)).isDirectory()) continue;
      try {
        const saved = await readCheckpoint(directory, { run, kind, name });
        this.#checkpoints.set(formatTinkerPath(saved), saved);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        report(`${directory} is passed over: ${why}`);
      }
    }
  }
}

async function readCheckpoint(
  directory: string,
  place: Pick<SavedCheckpoint, 'run' | 'kind' | 'name'>,
): Promise<SavedCheckpoint> {
  // Sizes only: the sums are compared when it is loaded.
  const manifest = z
    .object({ files: z.array(z.object({ bytes: z.number() })) })
    .parse(parseJson(await readFile(path.join(directory, 'manifest.json')), 'manifest.json'));
  const { format: _, ...facts } = factsSchema.parse(
    parseJson(await readFile(path.join(directory, factsFile)), factsFile),
  );
  const beside = await readFile(besideOf(directory)).catch(() => undefined);
  const changing = changingSchema.safeParse(beside === undefined ? {} : parseJson(beside, 'its settings'));
  const expiry = changing.data?.expires_at ?? null;
  return {
    ...{ ...place, ...facts, directory },
    sizeBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    expiresAt: expiry === null ? undefined : Date.parse(expiry),
    isPublic: changing.data?.public ?? false,
  };
}

/** Names of runs, from names of folders. */
async function folders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name.replaceAll('~', ':'));
}

/** A colon is not for names of files everywhere. */
function folderOf(run: string): string {
  return run.replaceAll(':', '~');
}

function besideOf(directory: string): string {
  return path.join(path.dirname(directory), `.${path.basename(directory)}.json`);
}
