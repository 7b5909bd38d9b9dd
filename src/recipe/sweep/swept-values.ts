/**
 * `--over field=value,value`: the field that a sweep varies, and its values. Commas within brackets, braces or quotes belong
 * to a value, which is YAML as for `--set`.
 */
import { RecipeError } from '../recipe-error.ts';

export interface SweptField {
  /** Dotted path. */
  readonly field: string;
  /** As they were written. */
  readonly values: readonly string[];
}

const hint =
  'Write --over field=value,value, for example --over rl.groupSize=4,16; a null takes the field out.';

/** Throws a RecipeError that names what cannot be read. */
export function parseSweptField(argument: string): SweptField {
  const refuse = (message: string): RecipeError =>
    new RecipeError([{ where: `--over ${argument}`, field: '', message, hints: [hint] }]);
  const equals = argument.indexOf('=');
  if (equals < 0) throw refuse('expected field=value,value');
  const field = argument
    .slice(0, equals)
    .split('.')
    .map((name) => name.trim())
    .join('.');
  if (field === '' || field.split('.').includes('')) throw refuse('the name before "=" is not a dotted path');
  if (field === 'seed') throw refuse('seeds are swept by --seeds N');
  if (field === 'name') throw refuse('the name changes nothing that could be compared');
  const values = split(argument.slice(equals + 1)).map((value) => value.trim());
  if (values.includes('')) throw refuse('a value is empty');
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw refuse(`${twice} is there twice`);
  return { field, values };
}

/** At the commas that lie within nothing. */
function split(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let quote = '';
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('[{'.includes(character)) depth += 1;
    else if (']}'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0 && quote === '') {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}
