/**
 * TeX to MathML, for mathematics that a model wrote. Nothing of it can run, load or leave its place: commands that make
 * links, images or classes are refused, macros and sizes are bounded, and what comes out is let through only if it holds
 * nothing but known elements and attributes. What cannot be rendered is shown as its source.
 */
import temml from 'temml';
import { html, type Markup, trusted } from './html.ts';

const longestFormula = 20_000;

/** What proofs are written with and temml has no name for. */
const macros: Readonly<Record<string, string>> = {
  '\\qed': '\\quad\\square',
  '\\qedhere': '\\quad\\square',
  '\\eqref': '\\text{(#1)}',
  '\\ref': '\\text{#1}',
  '\\lcm': '\\operatorname{lcm}',
};

export interface Mathematics {
  /** In a line of text, or displayed. */
  render(tex: string, display: boolean): Markup;
}

/** A renderer for one page: after `most` formulas the rest is shown as source, so that no page takes minutes. */
export function createMathematics(most = 20_000): Mathematics {
  let formulas = 0;
  return {
    render(tex, display) {
      formulas += 1;
      if (formulas > most || tex.length > longestFormula) return source(tex, display);
      try {
        const rendered = temml.renderToString(tex.replaceAll(/\\label\{[^{}]*\}/g, ''), {
          macros: { ...macros },
          displayMode: display,
          throwOnError: true,
          trust: false,
          strict: false,
          maxSize: [30, 4000],
          maxExpand: 500,
        });
        return isHarmless(rendered) ? trusted(rendered) : source(tex, display);
      } catch {
        return source(tex, display);
      }
    },
  };
}

function source(tex: string, display: boolean): Markup {
  return display ? html`<pre class="tex"><code>${tex}</code></pre>` : html`<code class="tex">${tex}</code>`;
}

const elements = new Set(
  (
    'math semantics mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom menclose msub ' +
    'msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd span'
  ).split(' '),
);
const attribute = /\s+([a-zA-Z:-]+)="([^"<>]*)"/y;
const attributes = new Set(
  (
    'class style display xmlns mathvariant mathsize mathcolor mathbackground stretchy fence separator form lspace rspace ' +
    'minsize maxsize symmetric largeop movablelimits accent accentunder scriptlevel displaystyle linethickness width ' +
    'height depth voffset columnalign rowspacing columnspacing columnlines rowlines columnspan rowspan align notation ' +
    'linebreak side frame framespacing equalrows equalcolumns'
  ).split(' '),
);

/** Whether every tag is a known one with known attributes, and no style can load or cover anything. */
function isHarmless(markup: string): boolean {
  for (const [, inside = ''] of markup.matchAll(/<([^>]*)>/g)) {
    const [, name = '', rest = ''] = /^\/?([a-z]+)(.*?)\/?$/s.exec(inside) ?? [];
    if (!elements.has(name)) return false;
    let at = 0;
    while (at < rest.trimEnd().length) {
      attribute.lastIndex = at;
      const [whole = '', key = '', value = ''] = attribute.exec(rest) ?? [];
      if (whole === '' || !attributes.has(key)) return false;
      // No length beyond a hundred of anything: a shift could carry a formula over its neighbours.
      if (
        key !== 'xmlns' &&
        /(?<![\d.])\d{3,}(?:\.\d+)?(?:em|ex|px|pt|cm|mm|in|%)/.test(value.replace('100%', ''))
      )
        return false;
      if (key === 'style' && /url|expression|image|var|fixed|sticky|@|\\/i.test(value)) return false;
      at += whole.length;
    }
  }
  return true;
}
