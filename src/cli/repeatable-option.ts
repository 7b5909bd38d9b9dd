/** An option that may be given several times; its values are kept in their order. */
import { Option } from 'commander';

export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], 'none');
}
