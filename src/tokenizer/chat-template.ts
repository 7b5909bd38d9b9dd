/**
 * Compiles chat templates with @huggingface/jinja, once each, and mends what it gets wrong: version 0.5 ignores
 * the argument of `strip`, `lstrip` and `rstrip`, so that Qwen3's `content.lstrip('\n')` would also take the space
 * with which an answer begins. Such calls are given to functions of ours when the template is compiled.
 */
import { Template } from '@huggingface/jinja';

export type ChatTemplate = (variables: Readonly<Record<string, unknown>>) => string;

type Side = 'strip' | 'lstrip' | 'rstrip';

const functionNames: Readonly<Record<Side, string>> = {
  strip: '__strip_characters',
  lstrip: '__lstrip_characters',
  rstrip: '__rstrip_characters',
};

const functions = {
  [functionNames.strip]: (text: string, characters: string) => strip(text, characters, true, true),
  [functionNames.lstrip]: (text: string, characters: string) => strip(text, characters, true, false),
  [functionNames.rstrip]: (text: string, characters: string) => strip(text, characters, false, true),
};

const compiled = new Map<string, ChatTemplate>();

/** Renders a template with given variables. Throws an Error if the template does not parse. */
export function compileChatTemplate(source: string): ChatTemplate {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const template = new Template(source);
  mendStrips(template.parsed);
  const render: ChatTemplate = (variables) => template.render({ ...functions, ...variables });
  compiled.set(source, render);
  return render;
}

/** Turns `text.lstrip(characters)` into a call of our function with the text as first argument, everywhere. */
function mendStrips(node: unknown): void {
  if (Array.isArray(node)) {
    for (const child of node) mendStrips(child);
  } else if (node instanceof Map) {
    for (const [key, value] of node) mendStrips([key, value]);
  } else if (isNode(node)) {
    for (const child of Object.values(node)) mendStrips(child);
    const { callee, args } = node;
    if (node.type !== 'CallExpression' || !Array.isArray(args) || args.length === 0 || !isNode(callee))
      return;
    const { object, property, computed } = callee;
    if (callee.type !== 'MemberExpression' || computed === true || !isNode(property)) return;
    const name = property.value;
    if (name !== 'strip' && name !== 'lstrip' && name !== 'rstrip') return;
    node.callee = { type: 'Identifier', value: functionNames[name] };
    node.args = [object, ...args];
  }
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Python's `str.strip(characters)`: takes away code points that are among `characters`. */
function strip(text: string, characters: string, left: boolean, right: boolean): string {
  const set = new Set(characters);
  const points = [...text];
  let start = 0;
  let end = points.length;
  while (left && start < end && set.has(points[start] ?? '')) start += 1;
  while (right && end > start && set.has(points[end - 1] ?? '')) end -= 1;
  return points.slice(start, end).join('');
}
