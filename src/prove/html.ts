/**
 * A template tag that builds HTML in which every value is escaped unless it is itself `Markup`. All text that a
 * model, a problem or a recipe brought goes through here, so none of it can become an element, an attribute or
 * a script.
 */

/** Text that is HTML already. Made by the tag `html` and by `trusted`, by nothing else. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Markup | undefined | false | readonly Content[];

/** HTML from a template; lists are joined, `undefined` and `false` are nothing, text is escaped. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0] ?? '';
  values.forEach((value, i) => {
    text += render(value) + (strings[i + 1] ?? '');
  });
  return new Markup(text);
}

/** Marks text as HTML. Only for text this program wrote itself, such as a stylesheet or a serialised chart. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function render(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeText(`${value}`);
}

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Escapes for element content and quoted attributes. Control characters and bidirectional overrides, with which
 * a text could look like another, become the replacement character.
 */
function escapeText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[&<>"']/g, (char) => replacements[char] ?? '')
    .replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu, '\ufffd');
}
