/**
 * A scaffold as a person writes it: `rsa`, `rsa(n=4,rounds=2)`, `deepseek-math(solver=reasoning-cache(turns=2))`. A
 * name, and in brackets its settings; a setting is a number, true or false, a word, or a scaffold again.
 */

export interface ScaffoldSpec {
  readonly name: string;
  readonly settings: Readonly<Record<string, SettingValue>>;
}

export type SettingValue = number | boolean | string | ScaffoldSpec;

/** Reads a spec. Throws an Error that shows where it stopped making sense. */
export function parseScaffoldSpec(text: string): ScaffoldSpec {
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const fault = (expected: string): Error => {
    const rest = text.slice(at, at + 20);
    return new Error(
      `scaffold ${JSON.stringify(text)}: expected ${expected} ${rest === '' ? 'at the end' : `at ${JSON.stringify(rest)}`}`,
    );
  };
  const take = (pattern: RegExp, expected: string): string => {
    skip();
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) throw fault(expected);
    at += found.length;
    return found;
  };
  const follows = (character: string): boolean => {
    skip();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const settings = (): ScaffoldSpec['settings'] => {
    const read: Record<string, SettingValue> = Object.create(null) as Record<string, SettingValue>;
    if (follows(')')) return read;
    do {
      const key = take(/[a-z][a-zA-Z]*/y, 'the name of a setting');
      if (key in read) throw fault(`other settings than a second ${key}`);
      if (!follows('=')) throw fault(`= after ${key}`);
      read[key] = value();
    } while (follows(','));
    if (!follows(')')) throw fault(', or )');
    return read;
  };
  const value = (): SettingValue => {
    const word = take(/-?\d[\w.]*|[a-z][a-zA-Z0-9-]*/y, 'a number, a word or a scaffold');
    if (/^[-\d]/.test(word)) {
      if (!Number.isFinite(Number(word))) throw fault(`a number instead of ${word}, before`);
      return Number(word);
    }
    if (word === 'true' || word === 'false') return word === 'true';
    return follows('(') ? { name: word, settings: settings() } : word;
  };
  const whole = value();
  skip();
  if (at < text.length) throw fault('nothing more');
  if (typeof whole === 'string') return { name: whole, settings: {} };
  if (typeof whole === 'object') return { name: whole.name, settings: { ...whole.settings } };
  at = 0;
  throw fault('the name of a scaffold');
}

/** The spec as text that reads back to it, settings in the order of their names. */
export function formatScaffoldSpec({ name, settings }: ScaffoldSpec): string {
  const inside = Object.keys(settings)
    .sort()
    .map((key) => {
      const value = settings[key] ?? '';
      return `${key}=${typeof value === 'object' ? formatScaffoldSpec(value) : value}`;
    });
  return inside.length === 0 ? name : `${name}(${inside.join(',')})`;
}
