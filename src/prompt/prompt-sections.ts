/**
 * Words of a prompt that depend on whether an optional input is given: `{{#input}}…{{/input}}` when it is,
 * `{{^input}}…{{/input}}` when it is not. Sections may stand in one another. They are resolved in the prompt's own
 * words, before anything is filled in, so no value can open or close one.
 */
const MARKER = /\{\{([#^/])([a-z]+)\}\}/g;

/** What is wrong with the sections of a body, or nothing. */
export function checkSections(body: string, optional: readonly string[]): string | undefined {
  const open: string[] = [];
  for (const [marker, sign, name = ''] of body.matchAll(MARKER)) {
    if (sign === '/') {
      if (open.pop() !== name) return `${marker} ends a section that is not the last one opened`;
    } else {
      if (!optional.includes(name)) return `${marker} begins a section of what is no optional input`;
      if (open.includes(name)) return `${marker} stands inside a section of its own`;
      open.push(name);
    }
  }
  if (open.length > 0) return `the section of ${open.at(-1)} does not end`;
  for (const name of optional) {
    // Outside its section the place of an absent input would be an empty line that says nothing.
    const without = withSections(body, (other) => other !== name);
    if (without.includes(`{{${name}}}`)) return `{{${name}}} stands outside of a section {{#${name}}}`;
  }
  return undefined;
}

/** The body with the sections that apply, and no more than one empty line where others were. */
export function withSections(body: string, isGiven: (name: string) => boolean): string {
  const shown: boolean[] = [];
  let written = '';
  let at = 0;
  for (const { 0: marker, 1: sign, 2: name = '', index } of body.matchAll(MARKER)) {
    if (!shown.includes(false)) written += body.slice(at, index);
    if (sign === '/') shown.pop();
    else shown.push(isGiven(name) === (sign === '#'));
    at = index + marker.length;
  }
  written += body.slice(at);
  return written.replaceAll(/\n{3,}/g, '\n\n').trim();
}
