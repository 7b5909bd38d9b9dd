/**
 * The scaffolds as their code has them, for people: calls, settings with defaults, published sizes. The tables of
 * docs/scaffolds.md and the listing of `qed prove --scaffold help` are written from here, and a test fails when the page
 * is not.
 */
import { plannedCalls } from './create-scaffold.ts';
import { type ScaffoldKind, scaffoldAliases, scaffoldKinds } from './scaffold-kinds.ts';

/** The command that writes the tables of the page anew. */
export const regenerateCommand = 'node bin/with-node.js scripts/scaffold-reference.ts';

/** The page with its tables as they must be, between the two marks. Throws where it has no marks. */
export function withScaffoldTables(page: string): string {
  const parts = /^([\s\S]*<!-- tables[^>]*-->\n)[\s\S]*(\n<!-- end of tables -->[\s\S]*)$/.exec(page);
  if (parts === null) throw new Error('docs/scaffolds.md has no place for its tables');
  return `${parts[1]}\n${tables()}\n${parts[2]}`;
}

function tables(): string {
  const calls = [
    ['scaffold', 'does', 'calls', 'source'],
    ...scaffoldKinds.map((kind) => [`\`${kind.name}\``, kind.summary, callsOf(kind.name), kind.source]),
  ];
  const settings = [
    ['scaffold', 'setting', 'is', 'default'],
    ...scaffoldKinds.flatMap((kind) =>
      rowsOf(kind).map(([name, what, value]) => [`\`${kind.name}\``, `\`${name}\``, what, value]),
    ),
  ];
  const presets = [
    ['preset', 'is', 'calls'],
    ...scaffoldKinds.flatMap((kind) =>
      Object.entries(kind.presets).map(([preset, values]) => [
        `\`${kind.name}(preset=${preset})\``,
        valuesText(values),
        callsOf(`${kind.name}(preset=${preset})`),
      ]),
    ),
  ];
  return [calls, settings, presets].map(markdownTable).join('\n\n');
}

/** What `--scaffold help` prints. */
export function scaffoldListing(): string {
  const paragraphs = scaffoldKinds.map((kind) => {
    const aliases = Object.keys(scaffoldAliases).filter((alias) => scaffoldAliases[alias] === kind.name);
    const names = [kind.name, ...aliases].join(', ');
    const rows = [
      ...rowsOf(kind).map(([name, what, value]) => [`${name}=${value || '…'}`, what] as const),
      ...Object.entries(kind.presets).map(
        ([preset, values]) => [`preset=${preset}`, valuesText(values)] as const,
      ),
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    const calls = callsOf(kind.name);
    return [
      `${names}: ${kind.summary} (${calls} ${calls === '1' ? 'call' : 'calls'})`,
      ...rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`),
    ].join('\n');
  });
  const end =
    'Settings stand in brackets: rsa(n=4,rounds=2), deepseek-math(preset=matharena,solver=reasoning-cache(turns=2)).\n' +
    'qed plan says what it would cost. docs/scaffolds.md has the rest.';
  return [...paragraphs, end].join('\n\n');
}

/** Name, what it is, default; the solver last. */
function rowsOf(kind: ScaffoldKind): (readonly [name: string, what: string, value: string])[] {
  const own = Object.entries(kind.settings).map(
    ([name, { description, expects, default: value }]) =>
      [name, `${description} ${expects}`, value === undefined ? '' : `${value}`] as const,
  );
  const solver = ['solver', 'What writes the first proofs. Any scaffold.', solverOf(kind)] as const;
  return kind.solverPrompt === undefined ? own : [...own, solver];
}

function valuesText(values: ScaffoldKind['presets'][string]): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

function solverOf({ solverPrompt }: ScaffoldKind): string {
  return solverPrompt === 'prove' ? 'single-turn' : 'a single turn of its own';
}

/** `39`, or `20 to 60`. */
function callsOf(spec: string): string {
  const { least, most } = plannedCalls(spec);
  const text = (count: number): string => count.toLocaleString('en-US');
  return least === most ? text(least) : `${text(least)} to ${text(most)}`;
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
