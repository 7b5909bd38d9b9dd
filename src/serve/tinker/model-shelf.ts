/**
 * The models that clients may begin with: those that the server was started with, by name or directory, and those that
 * clients have brought, file by file. Each file is whole or absent; a model is used when it has all that it needs.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nodeFileLayer } from '../../journal/file-layer.ts';
import { temporaryName } from '../../journal/temporary-name.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import { type BaseModel, openBaseModel } from './base-model.ts';

const safeName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const fileName = /^(?:[\w-]+\.safetensors|[\w.-]+\.json|chat_template\.jinja|merges\.txt)$/;

export class ModelShelf {
  readonly #bases: ReadonlyMap<string, BaseModel>;
  readonly #folder: string;
  readonly #mostBytes: number;
  readonly #brought = new Map<string, Promise<BaseModel>>();

  private constructor(folder: string, bases: readonly BaseModel[], mostBytes: number) {
    this.#folder = folder;
    this.#bases = new Map(
      bases.flatMap((base) => [[base.name, base] as const, [base.directory, base] as const]),
    );
    this.#mostBytes = mostBytes;
  }

  static async open(directory: string, bases: readonly BaseModel[], mostBytes: number): Promise<ModelShelf> {
    const folder = path.join(directory, '.models');
    await mkdir(folder, { recursive: true });
    return new ModelShelf(folder, bases, mostBytes);
  }

  /** Those that the server was started with. */
  get own(): readonly BaseModel[] {
    return [...new Set(this.#bases.values())];
  }

  /** Throws an ApiError of 404, or of 400 when a model that was brought lacks something. */
  async find(name: string): Promise<BaseModel> {
    const base = this.#bases.get(name);
    if (base !== undefined) return base;
    if (safeName.test(name) && (await exists(path.join(this.#folder, name)))) return await this.#open(name);
    const names = this.own.map((one) => one.name).join(', ');
    throw new ApiError(
      `base_model: there is no model ${JSON.stringify(name.slice(0, 200))} here; there is ${names}`,
      { status: 404, type: 'invalid_request_error', code: 'model_not_found', param: 'base_model' },
    );
  }

  /** What a checkpoint was made from, for its tokenizer and the ends of its texts; where that is gone, itself. */
  async ofCheckpoint(name: string, directory: string): Promise<BaseModel> {
    const base = await this.find(name).catch(() => undefined);
    const own = await openBaseModel(name, directory);
    return base?.tokenizer === undefined ? own : { ...base, config: own.config };
  }

  /** Throws an ApiError of 400, 403 or 413. */
  async bring(name: string, file: string, content: Readable): Promise<void> {
    if (this.#mostBytes === 0) {
      throw new ApiError('this server takes no models from clients; --uploads GIGABYTES lets it', {
        ...{ status: 403, type: 'permission_error', code: 'uploads_not_allowed' },
      });
    }
    if (!safeName.test(name) || this.#bases.has(name)) {
      throw invalidRequest('name', `name: ${JSON.stringify(name.slice(0, 150))} cannot be used for a model`);
    }
    if (!fileName.test(file) || file.startsWith('.')) {
      throw invalidRequest(
        'file',
        `file: ${JSON.stringify(file.slice(0, 150))} is no file of a model: *.safetensors, *.json and chat_template.jinja are`,
      );
    }
    const directory = path.join(this.#folder, name);
    await mkdir(directory, { recursive: true });
    const room = this.#mostBytes - (await this.#heldBytes(path.join(directory, file)));
    const temporary = temporaryName(path.join(directory, file));
    try {
      await pipeline(content, limited(room, this.#mostBytes), createWriteStream(temporary.path));
      await nodeFileLayer.sync(temporary.path, 'file');
      await rename(temporary.path, path.join(directory, file));
    } finally {
      temporary.release();
      await rm(temporary.path, { force: true });
    }
    this.#brought.delete(name);
  }

  /** Removes a model that was brought. */
  async remove(name: string): Promise<void> {
    if (!safeName.test(name)) return;
    this.#brought.delete(name);
    await rm(path.join(this.#folder, name), { recursive: true, force: true });
  }

  #open(name: string): Promise<BaseModel> {
    const known = this.#brought.get(name);
    if (known !== undefined) return known;
    const opened = openBaseModel(name, path.join(this.#folder, name)).catch((error: unknown) => {
      this.#brought.delete(name);
      const why = error instanceof Error ? error.message : String(error);
      throw invalidRequest('base_model', `base_model: ${name} cannot be used as it was brought: ${why}`);
    });
    this.#brought.set(name, opened);
    return opened;
  }

  /** Of all models that were brought, but for the file that is being replaced. */
  async #heldBytes(replaced: string): Promise<number> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const sizes = await Promise.all(
      files.map(async (file) => (file === replaced ? 0 : (await stat(file)).size)),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}

/** Passes on at most so many bytes. */
function limited(room: number, most: number) {
  return async function* (content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > room) {
        throw new ApiError(`models that clients bring may take ${most} bytes here, all together`, {
          ...{ status: 413, type: 'invalid_request_error', code: 'request_too_large' },
          headers: { connection: 'close' },
        });
      }
      yield chunk;
    }
  };
}

async function exists(directory: string): Promise<boolean> {
  return await stat(directory).then(
    () => true,
    () => false,
  );
}
