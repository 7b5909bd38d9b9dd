/** The generated code is that of the .proto files beside it, and the messages are those of the official schema. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { DescFile } from '@bufbuild/protobuf';
import { file_sampling } from './generated/sampling_pb.ts';
import { file_tensor } from './generated/tensor_pb.ts';
import { file_training } from './generated/training_pb.ts';

const here = new URL('./', import.meta.url);
const official = new URL('../../../../../shared/reference/tinker/tinker_public-0.38.proto', import.meta.url);
const generated: Readonly<Record<string, DescFile>> = {
  'sampling.proto': file_sampling,
  'tensor.proto': file_tensor,
  'training.proto': file_training,
};

/** `Message.field = number` of a .proto file, oneofs flattened, types of messages left out. */
function fieldsOf(text: string): string[] {
  const bodies = text.matchAll(/^(?:message|enum) (\w+) \{(.*?)^\}/gms);
  return [...bodies].flatMap(([, message, body = '']) =>
    [...body.replaceAll(/\/\/.*/g, '').matchAll(/(\w+) = (\d+);/g)].map(
      ([, field, number]) => `${message}.${field} = ${number}`,
    ),
  );
}

test('the generated code is that of the schema: npm run protobuf', () => {
  const files = globSync('*.proto', { cwd: here });
  assert.deepEqual(files.sort(), Object.keys(generated));
  for (const file of files) {
    const descriptor = generated[file];
    const declared = [
      ...(descriptor?.messages ?? []).flatMap(({ name, fields }) =>
        fields.map((field) => `${name}.${field.name} = ${field.number}`),
      ),
      ...(descriptor?.enums ?? []).flatMap(({ name, values }) =>
        values.map((value) => `${name}.${value.name} = ${value.number}`),
      ),
    ];
    assert.ok(declared.length > 5);
    assert.deepEqual(fieldsOf(readFileSync(new URL(file, here), 'utf8')).sort(), declared.sort(), file);
  }
});

test('every field of the official schema is ours, and ours beyond it are numbered from 1000 on', {
  skip: existsSync(official) ? false : 'the reference schema is not beside the checkout',
}, () => {
  const ours = Object.keys(generated).flatMap((file) => fieldsOf(readFileSync(new URL(file, here), 'utf8')));
  // Two messages of the same three fields are one of ours.
  const theirs = new Set(
    fieldsOf(readFileSync(official, 'utf8')).map((field) =>
      field.replace(/^(?:Prompt|Sampled)ProvenanceSpan\./, 'TokenSpan.'),
    ),
  );
  // Sampling parameters travel as JSON only.
  const unused = /^(?:SamplingParams|StopStrings|StopTokens)\./;
  assert.deepEqual(
    [...theirs].filter((field) => !ours.includes(field) && !unused.test(field)),
    [],
  );
  assert.deepEqual(
    ours.filter((field) => !theirs.has(field)),
    ['SampledSequence.x_versions = 1000', 'VersionSpan.start = 1', 'VersionSpan.version = 2'],
  );
});
