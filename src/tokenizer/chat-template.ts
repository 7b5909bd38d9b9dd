/**
 * Renders chat templates as transformers does (`golden/tokenizer/templates.json`). @huggingface/jinja parses them;
 * running them is ours, because its values are JavaScript's where templates are written for Python's: texts are joined
 * with lists in silence, `'1' == 1`, lists print as JSON, `strip` ignores its argument. What the parser does not know
 * (`{% raw %}`, tests with arguments) is an error.
 */
import { Template } from '@huggingface/jinja';
import { runTemplate } from './jinja/interpreter.ts';
import type { Node } from './jinja/nodes.ts';
import { strftime } from './jinja/strftime.ts';
import {
  type Callable,
  fromJavaScript,
  isNumber,
  Namespace,
  TemplateError,
  toNumber,
  toText,
  type Value,
} from './jinja/values.ts';

/** Renders with variables as from JSON. Throws an Error with what the template itself raises, or does wrong. */
export type ChatTemplate = (variables: Readonly<Record<string, unknown>>) => string;

const compiled = new Map<string, Node>();

/**
 * Compiles a template. Throws an Error if it does not parse. Templates that ask for the date (`strftime_now`) are
 * given `now`; where it is not given they find no clock, and take a fixed date or fail: a prompt that depends on the
 * day cannot be made again.
 */
export function compileChatTemplate(source: string, { now }: { readonly now?: Date } = {}): ChatTemplate {
  const program = compiled.get(source) ?? parse(source);
  compiled.set(source, program);
  return (variables) => {
    const all = new Map(globals);
    if (now !== undefined) all.set('strftime_now', ([format = '']) => strftime(now, toText(format)));
    for (const [name, value] of Object.entries(variables)) {
      if (value !== undefined) all.set(name, fromJavaScript(value));
    }
    try {
      return runTemplate(program, all);
    } catch (cause) {
      // A RangeError: a macro that calls itself without end.
      if (!(cause instanceof TemplateError || cause instanceof RangeError)) throw cause;
      throw new Error(`chat_template: ${cause.message}`, { cause });
    }
  };
}

function parse(source: string): Node {
  // A plus keeps the line break after a block, which would be taken away.
  const kept = source.replace(/\+%\}(\n?)/g, (_, lineBreak: string) => `%}${lineBreak && "{{ '\\n' }}"}`);
  // And before a block it keeps the spaces.
  const plain = kept.replaceAll('{%+', "{{ '' }}{%");
  try {
    // The parser's own declarations do not resolve; nodes.ts declares what is used.
    return new Template(plain).parsed as unknown as Node;
  } catch (cause) {
    throw new Error(`chat_template: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

const raiseException: Callable = ([message = '']) => {
  throw new TemplateError(toText(message));
};

const range: Callable = (args) => {
  const [first = 0, second, third = 1] = args.map((value) =>
    isNumber(value) ? toNumber(value) : Number.NaN,
  );
  const [start, stop, step] = second === undefined ? [0, first, third] : [first, second, third];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isInteger(length) || length > 100_000)
    throw new TemplateError('range is not one of whole numbers, or too long');
  return Array.from({ length }, (_, i) => start + i * step);
};

const globals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['raise_exception', raiseException],
  ['range', range],
  ['namespace', (_, keywords) => new Namespace(new Map(keywords))],
  ['dict', (_, keywords) => new Map(keywords)],
]);
