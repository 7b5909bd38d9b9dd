import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardFaults, cardText, readCardHead } from './card-head.ts';
import { licenceFields } from './hub-licences.ts';

const model = { license: 'mit', library_name: 'transformers', pipeline_tag: 'text-generation' };

test('a head is written and read back, without what is undefined', () => {
  const text = cardText({ ...model, base_model: undefined, tags: ['a: b'] }, '# Title\n');
  assert.match(text, /^---\nlicense: mit\n/);
  assert.match(text, /\n---\n\n# Title\n$/);
  assert.deepEqual(readCardHead(text, 'README.md'), { ...model, tags: ['a: b'] });
  assert.throws(
    () => readCardHead('# Title\n', 'README.md'),
    /README\.md: it does not begin with a YAML head/,
  );
  assert.throws(() => readCardHead('---\na: [\n---\n', 'README.md'), /the head is not YAML/);
  assert.throws(() => readCardHead('---\n- a\n---\n', 'README.md'), /holds no fields/);
});

test('what the hub would refuse is found before it is asked', () => {
  assert.deepEqual(cardFaults('model', model), []);
  const faultsOf = (change: Record<string, unknown>) => cardFaults('model', { ...model, ...change });
  assert.match(
    faultsOf({ license: 'Apache 2.0' })[0] ?? '',
    /^field license is "Apache 2\.0"; expected a licence/,
  );
  assert.match(faultsOf({ license: 'other' })[0] ?? '', /license_name is missing/);
  assert.deepEqual(faultsOf({ license: 'other', license_name: 'mine-1.0' }), []);
  assert.match(faultsOf({ base_model: 'a/b/c' })[0] ?? '', /OWNER\/NAME/);
  assert.match(faultsOf({ language: ['english'] })[0] ?? '', /codes of two or three letters/);
  assert.match(faultsOf({ modle: 1 })[0] ?? '', /field modle means nothing/);
  assert.deepEqual(cardFaults('model', {}), [
    'field license is missing',
    'field library_name is missing',
    'field pipeline_tag is missing',
  ]);
  const dataset = { license: ['mit', 'cc-by-4.0'], pretty_name: 'P', dataset_info: [], configs: [] };
  assert.match(cardFaults('dataset', dataset)[0] ?? '', /^field configs is \[\]/);
  assert.match(
    cardFaults('dataset', {
      ...dataset,
      configs: [{ config_name: 'a', data_files: [] }],
      size_categories: ['many'],
    })[0] ?? '',
    /size_categories/,
  );
});

test('licences are spelled as the hub does; what it does not know has a name of its own', () => {
  assert.deepEqual(licenceFields([]), { license: 'unknown' });
  assert.deepEqual(licenceFields(['Apache-2.0']), { license: 'apache-2.0' });
  assert.deepEqual(licenceFields(['MIT', 'CC-BY-4.0', 'mit']), { license: ['mit', 'cc-by-4.0'] });
  const other = licenceFields(['MIT', 'see https://example.org/Terms (2)']);
  assert.deepEqual(other, { license: 'other', license_name: 'mit-and-see-https-example.org-terms-2' });
  assert.deepEqual(cardFaults('model', { ...model, ...other }), []);
});
