import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { checkYaml, yamlFaultText } from './checked-yaml.ts';

const schema = z.strictObject({
  name: z.string(),
  sizes: z.array(z.number()),
  of: z.object({ id: z.string() }),
});

const faultsOf = (source: string, change?: (written: unknown) => unknown): string[] => {
  const checked = checkYaml(source, schema, change);
  return checked.ok ? [] : checked.faults.map((fault) => yamlFaultText('card.yaml', fault));
};

test('what holds comes back; every fault has the line of its field, or of what should hold it', () => {
  const whole = checkYaml('name: a\nsizes: [1]\nof: { id: x }\n', schema);
  assert.deepEqual(whole, { ok: true, data: { name: 'a', sizes: [1], of: { id: 'x' } } });
  const faults = faultsOf('name: a\nsizes:\n  - 1\n  - two\nof:\n  name: x\n');
  assert.equal(faults.length, 2);
  assert.match(faults[0] ?? '', /^card\.yaml:4 {2}sizes\.1: /);
  assert.match(faults[1] ?? '', /^card\.yaml:6 {2}of\.id: /);
  assert.match(faultsOf('[]')[0] ?? '', /^card\.yaml {2}\S/);
});

test('what is not YAML is one fault with its line', () => {
  const faults = faultsOf('name: a\nsizes: [1\nof: {\n');
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? '', /^card\.yaml:\d+ {2}\S/);
});

test('something else may stand in the place of what is written', () => {
  assert.deepEqual(
    faultsOf('name: a\nsizes: [1]\n', (written) => ({ ...(written as object), of: { id: 'x' } })),
    [],
  );
});
