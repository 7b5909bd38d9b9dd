import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { resolveScaffold } from './create-scaffold.ts';
import { scaffoldKinds } from './scaffold-kinds.ts';
import { regenerateCommand, scaffoldListing, withScaffoldTables } from './scaffold-reference.ts';

const page = readFileSync(new URL('../../docs/scaffolds.md', import.meta.url), 'utf8');

test('the tables of docs/scaffolds.md are what the code says', () => {
  assert.ok(page === withScaffoldTables(page), `the page is out of step; run: ${regenerateCommand}`);
});

test('every setting is described on the page and in the listing, with the default that a run records', () => {
  const listing = scaffoldListing();
  for (const kind of scaffoldKinds) {
    const { settings } = resolveScaffold(kind.name);
    for (const [name, { description, default: value }] of Object.entries(kind.settings)) {
      assert.ok(description !== '', `${kind.name}, ${name} has no description`);
      assert.equal(settings[name], value);
      const row = page
        .split('\n')
        .find((line) => line.startsWith(`| \`${kind.name}\` | \`${name}\` | ${description}`));
      assert.ok(row?.endsWith(`| ${value ?? ''} |`), `${kind.name}, ${name}`);
      assert.ok(listing.includes(`${name}=${value ?? '…'}`));
    }
    for (const preset of Object.keys(kind.presets)) {
      resolveScaffold(`${kind.name}(preset=${preset})`);
      assert.ok(page.includes(`${kind.name}(preset=${preset})`));
    }
  }
});

test('the defaults are those of QED-Nano, the presets those that were published', () => {
  const canonical = (spec: string): string => resolveScaffold(spec).canonical;
  assert.equal(canonical('rc'), 'reasoning-cache(turns=3)');
  assert.equal(canonical('self-check'), 'self-check(answer=best,failures=10,iterations=30,passes=5)');
  assert.equal(canonical('nomos'), 'nomos(keep=12,orders=random,solutions=16,target=8)');
  assert.equal(canonical('rsa'), 'rsa(blocks=balanced,k=3,n=8,orders=random,rounds=3,select=knockout)');
  assert.equal(
    canonical('dsm'),
    'deepseek-math(analyses=2,iterations=2,pool=4,refinements=1,verifications=4)',
  );
  assert.equal(
    canonical('dsm(preset=matharena)'),
    'deepseek-math(analyses=4,iterations=4,pool=16,refinements=1,verifications=16)',
  );
  assert.equal(
    canonical('self-check(preset=matharena)'),
    'self-check(answer=best,failures=4,iterations=10,passes=2)',
  );
  assert.equal(
    canonical('nomos(preset=original,solutions=64)').includes('keep=8,orders=random,solutions=64,target=4'),
    true,
  );
  assert.equal(
    canonical('rsa(preset=paper)'),
    'rsa(blocks=drawn,k=4,n=16,orders=random,rounds=9,select=random)',
  );
});
