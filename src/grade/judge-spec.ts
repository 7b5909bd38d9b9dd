/**
 * A judge as a person writes it: a model, and in brackets how it judges; or several together.
 *
 *     gemini-3-pro
 *     gpt-oss-20b(style=proofbench-strict,samples=3)
 *     openai:http://host:8000/v1#my-judge,price=1/2(style=opc,reference=true)
 *     ensemble(gemini-3-pro,gpt-oss-120b(reference=if-any),style=gimo,aggregate=min)
 *     rl(model=gpt-oss-120b)
 *
 * A setting of an ensemble that is one of a judge holds for all its judges which do not say otherwise.
 */
export type JudgeSpecValue = string | number | boolean;

export interface JudgeSpec {
  /** A model as `resolveModel` takes it, or the name of a judge that comes with QED; undefined for an ensemble. */
  readonly model: string | undefined;
  readonly settings: Readonly<Record<string, JudgeSpecValue>>;
  readonly members: readonly JudgeSpec[];
}

export class JudgeSpecError extends Error {
  override readonly name = 'JudgeSpecError';
}

/** `known` are the settings of judges and ensembles: another `key=value` within an ensemble belongs to its model. */
export function parseJudgeSpec(text: string, known: readonly string[]): JudgeSpec {
  const fault = (what: string): JudgeSpecError =>
    new JudgeSpecError(`judge ${JSON.stringify(text)}: ${what}`);
  const parse = (part: string): JudgeSpec => {
    const { before, inside } = lastBrackets(part.trim(), fault);
    if (before === '') throw fault('expected a model, or ensemble(…)');
    const isEnsemble = before === 'ensemble';
    const settings: Record<string, JudgeSpecValue> = {};
    const members: string[] = [];
    for (const item of itemsOf(inside, fault)) {
      const [, key, value] = /^([a-z][\w.]*)=(.*)$/s.exec(item) ?? [];
      if (key !== undefined && value !== undefined && known.includes(key)) {
        if (key in settings) throw fault(`${key} is there twice`);
        if (value.trim() === '') throw fault(`${key} has no value`);
        settings[key] = readValue(value.trim());
      } else if (isEnsemble && key !== undefined && members.length > 0 && !members.at(-1)?.endsWith(')')) {
        members.push(`${members.pop()},${item}`);
      } else if (isEnsemble && key === undefined) members.push(item);
      else if (key !== undefined) throw fault(`there is no setting ${key}; there are ${known.join(', ')}`);
      else throw fault(`${JSON.stringify(item)} is no setting; a setting is name=value`);
    }
    if (!isEnsemble) return { model: before, settings, members: [] };
    if (members.length === 0) throw fault('an ensemble needs a judge');
    return { model: undefined, settings, members: members.map(parse) };
  };
  return parse(text);
}

/** What a text in brackets at the end holds, and what stands before it. */
function lastBrackets(
  text: string,
  fault: (what: string) => JudgeSpecError,
): { readonly before: string; readonly inside: string } {
  if (!text.endsWith(')')) {
    if (/\([a-z][\w.]*=/.test(text)) throw fault('an opening bracket has no closing one');
    return { before: text, inside: '' };
  }
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === ')') depth += 1;
    else if (text[at] === '(') depth -= 1;
    if (depth === 0) return { before: text.slice(0, at).trim(), inside: text.slice(at + 1, -1) };
  }
  throw fault('a closing bracket has no opening one');
}

/** Parts between commas outside of brackets. */
function itemsOf(text: string, fault: (what: string) => JudgeSpecError): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at];
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) throw fault('a closing bracket has no opening one');
    if ((character === ',' && depth === 0) || character === undefined) {
      const item = text.slice(start, at).trim();
      if (item !== '') items.push(item);
      else if (text.trim() !== '') throw fault('two commas have nothing between them');
      start = at + 1;
    }
  }
  if (depth > 0) throw fault('an opening bracket has no closing one');
  return items;
}

function readValue(text: string): JudgeSpecValue {
  if (/^(?:true|yes)$/.test(text)) return true;
  if (/^(?:false|no)$/.test(text)) return false;
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
