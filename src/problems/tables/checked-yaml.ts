/**
 * A YAML text against a schema: either all of it holds, or every fault comes with its line, so that a file is mended in one
 * go. What is not YAML is one fault.
 */
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

export interface YamlFault {
  /** `:12`, the line of the field or of what should hold it; empty where there is none. */
  readonly at: string;
  /** Dotted path of the field; empty for the whole. */
  readonly field: string;
  readonly message: string;
  /** Zod's, where the text is YAML. */
  readonly code?: string | undefined;
}

export type CheckedYaml<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

/** `change` puts something else in the place of what is written, before it is checked. */
export function checkYaml<S extends z.ZodType>(
  source: string,
  schema: S,
  change: (written: unknown) => unknown = (written) => written,
): CheckedYaml<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const at = `:${lines.linePos(fault.pos[0]).line}`;
    return { ok: false, faults: [{ at, field: '', message: fault.message }] };
  }
  const result = schema.safeParse(change(document.toJS()));
  if (result.success) return { ok: true, data: result.data };
  const faults = result.error.issues.map(({ path, message, code }) => ({
    ...{ at: lineOf(path), field: path.join('.'), message, code },
  }));
  return { ok: false, faults };

  function lineOf(path: readonly PropertyKey[]): string {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return `:${lines.linePos(node.range[0]).line}`;
    }
    return '';
  }
}

/** `card.yaml:12  fields.id: a text is expected`. */
export function yamlFaultText(shown: string, { at, field, message }: YamlFault): string {
  return `${shown}${at}  ${[field, message].filter((part) => part !== '').join(': ')}`;
}
