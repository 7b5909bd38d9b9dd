/** Files of models that go over the wire: a checkpoint's to here (archive/1), a directory's to the server (create/1). */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Connection } from './connection.ts';
import { TinkerError } from './tinker-error.ts';
import { pathOf } from './wire/endpoints/endpoint.ts';
import { getCheckpointFile, listCheckpointFiles, uploadModelFile } from './wire/extensions.ts';
import { parseTinkerPath } from './wire/tinker-path.ts';

const fileTimeout = 60 * 60_000;
/** Of a directory, what makes the model; the configuration goes last. */
const modelFile =
  /^model[-\w]*\.safetensors$|^(?:model\.safetensors\.index|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$|^(?:vocab\.json|merges\.txt|chat_template\.jinja)$/;

const downloaded = new RegExp(
  `${modelFile.source}|^(?:config|adapter_config)\\.json$|^adapter_model\\.safetensors$`,
);

/** Writes the model's files of a checkpoint into an existing directory. */
export async function downloadCheckpoint(
  connection: Connection,
  checkpoint: string,
  directory: string,
): Promise<void> {
  const { run, kind, name } = parseTinkerPath(checkpoint);
  const parts = { run, checkpoint_id: `${kind}/${name}` };
  const { files } = await connection.call(listCheckpointFiles, {}, { parts });
  // What else is there is the server's own business.
  for (const file of files.filter(({ name: found }) => downloaded.test(found))) {
    if (path.basename(file.name) !== file.name || file.name.startsWith('.'))
      throw new TinkerError(
        'protocol',
        `${connection.label} lists a file ${JSON.stringify(file.name)}, which is no plain name`,
      );
    const place = pathOf(getCheckpointFile.path, { ...parts, name: file.name });
    const answer = await connection.send(place, { method: 'GET', timeout: fileTimeout });
    if (answer.status >= 300) throw connection.errorOf(place, answer);
    if (answer.bytes.length !== file.size)
      throw new TinkerError(
        'protocol',
        `${connection.label}: ${file.name} has ${answer.bytes.length} bytes, and ${file.size} were announced`,
      );
    await writeFile(path.join(directory, file.name), answer.bytes);
  }
}

/** Gives the model of a directory to the server; the name by which it is a base model there. The same files have the same name. */
export async function uploadModel(connection: Connection, directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((file) => modelFile.test(file)).sort();
  const files = [...names, 'config.json'];
  const name = `qed-${await digestOf(directory, files)}`;
  for (const file of files) {
    const bytes = new Uint8Array(await readFile(path.join(directory, file)));
    const place = pathOf(uploadModelFile.path, { name, file });
    const answer = await connection.send(place, {
      ...{ method: 'PUT', timeout: fileTimeout },
      bytes: { contentType: 'application/octet-stream', value: bytes },
    });
    if (answer.status >= 300) throw connection.errorOf(place, answer);
  }
  return name;
}

async function digestOf(directory: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const place = path.join(directory, file);
    hash.update(`${file}\n${(await stat(place)).size}\n`);
    for await (const chunk of createReadStream(place)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex').slice(0, 24);
}
