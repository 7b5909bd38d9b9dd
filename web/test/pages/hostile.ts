/**
 * What a hostile model wrote, on the pages that show it: `visit` fails when a script of it ran, when another place was asked or
 * the policy was broken; here nothing of it is an element that acts, and nothing lies over the page.
 */
import assert from 'node:assert/strict';
import type { ProofList, ProofRows } from '../../../src/view/api/proof.ts';
import type { Check, Site } from '../site.ts';

/** Attempts of the model `beta` at the fourth problem, which the fixture server makes hostile. */
async function hostileProofs(site: Site): Promise<string[]> {
  const get = async (place: string): Promise<unknown> =>
    await (await fetch(`${site.address}api/runs/bench-beta/${place}`)).json();
  const { problems } = (await get('proofs.json')) as ProofList;
  const rows = (await get('proofs/rows/0.json')) as ProofRows;
  return rows.ids.filter((_, place) => problems[rows.problems[place] ?? -1]?.id === 'primes');
}

const acting =
  'main :is(script, iframe, object, embed, form[action], base, meta, link, style, [onerror], [onload], [onclick], a[href^="javascript:"], a[href^="data:"], img)';

export const checks: readonly Check[] = [
  {
    title: 'a hostile proof is text: nothing of it acts, loads, or lies over the page',
    run: async (site) => {
      const ids = await hostileProofs(site);
      assert.ok(ids.length > 0, 'the fixture has hostile proofs');
      for (const id of ids.slice(0, 2)) {
        const text = await (await fetch(`${site.address}api/runs/bench-beta/proof/${id}.json`)).text();
        assert.match(text, /window\.hacked/, 'the proof is the hostile one');
        await site.visit(`#/runs/bench-beta/proofs/${id}`, async (page) => {
          await page.getByText('window.hacked').first().waitFor();
          assert.equal(await page.locator(acting).count(), 0);
          const fixed = await page
            .locator('main *')
            .evaluateAll(
              (elements) => elements.filter((one) => getComputedStyle(one).position === 'fixed').length,
            );
          assert.equal(fixed, 0);
        });
      }
    },
  },
];
