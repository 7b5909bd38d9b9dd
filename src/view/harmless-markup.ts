/**
 * What HTML of this program may hold: elements of text and MathML with attributes that neither act, load, nor leave their
 * place. The server refuses to send and the browser to show anything else, whatever renderer made it.
 */

const elements = new Set(
  (
    'p h3 h4 h5 h6 ul ol li pre code hr br blockquote div table thead tbody tr th td strong em mark span ' +
    'math semantics mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom menclose msub msup ' +
    'msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd'
  ).split(' '),
);

const attributes = new Set(
  (
    'class style start display xmlns mathvariant mathsize mathcolor mathbackground stretchy fence separator form lspace rspace ' +
    'minsize maxsize symmetric largeop movablelimits accent accentunder scriptlevel displaystyle linethickness width ' +
    'height depth voffset columnalign rowspacing columnspacing columnlines rowlines columnspan rowspan align notation ' +
    'linebreak side frame framespacing equalrows equalcolumns'
  ).split(' '),
);

/** A tag as the renderers write them: quoted values without brackets. */
const tag = /<\/?([a-z][a-z0-9]*)((?:\s+[a-zA-Z:-]+="[^"<>]*")*)\s*\/?>/y;
const attribute = /\s+([a-zA-Z:-]+)="([^"<>]*)"/g;
const reaching = /url|expression|image|var\(|fixed|sticky|absolute|[@\\&]/i;

/** What of it is not harmless, as it is written; undefined where all of it is. One pass, so that no text takes long. */
export function harmIn(markup: string): string | undefined {
  for (let at = markup.indexOf('<'); at >= 0; at = markup.indexOf('<', at)) {
    tag.lastIndex = at;
    const [whole, name = '', rest = ''] = tag.exec(markup) ?? [];
    if (whole === undefined || !elements.has(name)) return markup.slice(at, at + 80);
    for (const [pair, key = '', value = ''] of rest.matchAll(attribute)) {
      if (!attributes.has(key) || (key === 'style' && reaching.test(value))) return pair.trim().slice(0, 80);
    }
    at += whole.length;
  }
  return undefined;
}
