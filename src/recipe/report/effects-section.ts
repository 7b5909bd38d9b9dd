/**
 * Every effect of the paper that this run can speak about: what is claimed, by how much, and whether it shows.
 * What the run cannot speak about is listed with the reason.
 */

import { html, type Markup } from '../../prove/html.ts';
import { bracket, pValue, signed } from './format.ts';
import { glyphScale, intervalGlyph } from './interval-glyph.ts';
import type { Effect, MeasuredEffect } from './measured-effect.ts';
import { verdictOf } from './verdict-section.ts';

/** The section; undefined when there is no evaluation at all. */
export function effectsSection(effects: readonly Effect[], seeds: number): Markup | undefined {
  const measured = effects.filter((effect) => effect.kind === 'measured');
  const absent = effects.filter((effect) => effect.kind === 'not-applicable');
  if (measured.length === 0) return undefined;
  const shown = measured.filter((effect) => effect.shown).length;
  return html`<section id="effects"><h2>Effects</h2>
<p class="lede">${shown} of ${measured.length} claims show. A claim is shown when its whole paired 95 % interval lies above zero${measured.some(({ within }) => within !== undefined) && ', or, where it is that two are alike, within the points that it names'}. Estimates count in the direction of the claim.${seeds > 1 && ` Attempts of ${seeds} seeds are pooled; the interval covers problems and attempts, not the choice of seeds.`}</p>
${(['points', 'tokens'] as const).map((unit) =>
  effectList(
    measured.filter((effect) => effect.unit === unit),
    unit,
  ),
)}
${absent.length > 0 && html`<p class="note">Not applicable to this run: ${absent.map(({ claim, why }, i) => [i > 0 && '; ', `${claim} (${why})`])}.</p>`}
</section>`;
}

function effectList(effects: readonly MeasuredEffect[], unit: 'points' | 'tokens'): Markup | undefined {
  if (effects.length === 0) return undefined;
  const low = Math.min(0, ...effects.map(({ interval }) => interval.low));
  const high = Math.max(0, ...effects.map(({ interval }) => interval.high));
  const margin = Math.max(1, high - low) * 0.04;
  // Where every estimate is 0, a scale still needs an extent.
  const scale = high > low ? { low: low - margin, high: high + margin } : { low: -1, high: 1 };
  return html`<h3>${unit === 'points' ? 'In percentage points' : 'In tokens per reply'}</h3>
<ul class="effects"><li class="scale" aria-hidden="true"><span class="drawing">${glyphScale(scale)}</span></li>${effects.map(
    (effect) => {
      const { claim, interval, within, shown, opposite } = effect;
      const colour = shown ? 'var(--shown)' : 'var(--not-shown)';
      return html`<li>
<span class="claim">${claim}${within !== undefined && ` (within ±${within} points)`}</span>
<span class="drawing">${intervalGlyph(interval, { scale, colour, open: !shown, zeroLine: true })}</span>
<span class="estimate"><b>${signed(interval.estimate)}</b> ${bracket(interval)} <small>${pValue(effect.pValue)}</small></span>
<span class="${shown ? 'badge yes' : 'badge no'}">${shown || opposite ? verdictOf(effect) : 'not shown: could be chance'}</span></li>`;
    },
  )}</ul>`;
}
