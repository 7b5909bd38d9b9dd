/**
 * Which systems are compared, as one name that is harmless in an address and in a file name. An item is a run, or a run with a
 * judge, or a run with a checkpoint and a scaffold, or a suite; paths and names are kept apart by characters that none has.
 */
import { fromSafeName, safeName } from '../safe-name.ts';

export type SelectionItem =
  | { readonly kind: 'run'; readonly path: string }
  | { readonly kind: 'judge'; readonly path: string; readonly judge: string }
  | {
      readonly kind: 'evaluation';
      readonly path: string;
      readonly checkpoint: string;
      readonly scaffold: string;
    }
  | { readonly kind: 'suite'; readonly suite: string };

/** Between items; `safeName` writes a line feed so, and no item holds one. */
const between = '~0a';

export function keyOf(item: SelectionItem): string {
  switch (item.kind) {
    case 'run':
      return safeName(item.path);
    case 'judge':
      return safeName(`${item.path}\t${item.judge}`);
    case 'evaluation':
      return safeName(`${item.path}\t${item.checkpoint}\t${item.scaffold}`);
    case 'suite':
      return safeName(`\t${item.suite}`);
  }
}

export function selectionOf(keys: readonly string[]): string {
  return keys.join(between);
}

/** Undefined for a name that no selection has. */
export function readSelection(name: string): SelectionItem[] | undefined {
  const items: SelectionItem[] = [];
  for (const key of new Set(name.split(between))) {
    const text = fromSafeName(key);
    if (text === undefined || text === '') return undefined;
    const [path = '', second, third, ...more] = text.split('\t');
    if (more.length > 0) return undefined;
    if (path === '') {
      if (second === undefined || third !== undefined) return undefined;
      items.push({ kind: 'suite', suite: second });
    } else if (second === undefined) items.push({ kind: 'run', path });
    else if (third === undefined) items.push({ kind: 'judge', path, judge: second });
    else items.push({ kind: 'evaluation', path, checkpoint: second, scaffold: third });
  }
  return items;
}
