/** Which pages are pictured, each found by what the server of the folder has to show; none where it has no such run. */
import type { CompareChoices } from '../../src/view/api/compare.ts';
import type { ProofList, ProofRows } from '../../src/view/api/proof.ts';
import type { RolloutGroupRows, RolloutStages } from '../../src/view/api/rollouts.ts';
import type { RunKind, RunList, RunSummary } from '../../src/view/api/runs.ts';
import type { TraceGroups, TraceRows } from '../../src/view/api/trace.ts';

export interface Shot {
  /** Of the picture, without its ending. */
  readonly name: string;
  /** CSS pixels; default 900. */
  readonly height?: number;
  /** What stands at the top of the picture instead of the page's top. */
  readonly from?: string;
  /** What the page must show before it is taken. */
  readonly shows: string;
  /** `#/…`; undefined where there is nothing to show. */
  address(folder: Folder): Promise<string | undefined>;
}

/** The served folder. */
export interface Folder {
  readonly runs: RunList;
  /** Undefined where there is no such thing. */
  get<Value>(place: string): Promise<Value | undefined>;
}

export const shots: readonly Shot[] = [
  { name: 'runs', height: 640, shows: '.runs-name', address: async () => '#/' },
  {
    ...{ name: 'run', height: 1080, shows: '.chart canvas' },
    address: async (folder) => ofRun(longest(folder, 'recipe')),
  },
  {
    ...{ name: 'curves', height: 900, shows: '.chart canvas', from: '.chart' },
    address: async (folder) => ofRun(longest(folder, 'recipe')),
  },
  {
    ...{ name: 'rollouts', height: 1000, shows: 'main h1' },
    address: async (folder) => {
      const run = longest(folder, 'recipe');
      const rollouts = await folder.get<RolloutStages>(`runs/${run?.id}/rollouts.json`);
      const stage = rollouts?.stages[0];
      if (run === undefined || stage === undefined) return undefined;
      const groups = await folder.get<RolloutGroupRows>(
        `runs/${run.id}/rollouts/${stage.stage}/groups/0.json`,
      );
      const trained = groups?.rows.filter(({ outcome }) => outcome === 'trained') ?? [];
      const [best] = trained.toSorted((a, b) => variety(b.points) - variety(a.points) || b.step - a.step);
      return best === undefined
        ? undefined
        : `#/runs/${run.id}/rollouts/${stage.stage}/${best.step}/${best.group}`;
    },
  },
  {
    ...{ name: 'proof', height: 1000, shows: 'main h1' },
    address: async (folder) => {
      const run = longest(folder, 'bench') ?? longest(folder, 'recipe');
      const list = await folder.get<ProofList>(`runs/${run?.id}/proofs.json`);
      const rows = await folder.get<ProofRows>(`runs/${run?.id}/proofs/rows/0.json`);
      const graded =
        rows?.points[0]?.findIndex((points) => points !== null && points > 2 && points < 7) ?? -1;
      const id = rows?.ids[graded < 0 ? 0 : graded];
      return run === undefined || list === undefined || id === undefined
        ? undefined
        : `#/runs/${run.id}/proofs/${id}`;
    },
  },
  {
    ...{ name: 'trace', height: 1000, shows: '.trace-picture svg' },
    address: async (folder) => {
      for (const run of [
        ...ofKind(folder, 'prove'),
        ...ofKind(folder, 'bench'),
        ...ofKind(folder, 'recipe'),
      ]) {
        const traces = await folder.get<TraceGroups>(`runs/${run.id}/traces.json`);
        // A scaffold with many calls is more to look at.
        const group = traces?.groups.toSorted((a, b) => searching(b.scaffold) - searching(a.scaffold))[0];
        const rows =
          group === undefined
            ? undefined
            : await folder.get<TraceRows>(`runs/${run.id}/traces/${group.id}/0.json`);
        const trace = rows?.rows[0]?.trace;
        if (trace !== undefined) return `#/runs/${run.id}/traces/${trace}`;
      }
      return undefined;
    },
  },
  {
    ...{ name: 'compare', height: 1000, shows: '.compare-system' },
    address: async (folder) => {
      const choices = await folder.get<CompareChoices>('compare/choices.json');
      // Two systems of one suite: of two runs, where there are two.
      for (const { systems } of choices?.suites ?? []) {
        const [first, ...others] = systems;
        const second = others.find(({ run }) => run !== first?.run) ?? others.at(-1);
        if (first !== undefined && second !== undefined) return `#/compare/${first.key}~0a${second.key}`;
      }
      return undefined;
    },
  },
  { name: 'try', shows: '.try-form', address: async () => '#/try' },
  { name: 'grade', shows: 'main h1', address: async () => '#/grade' },
];

function longest(folder: Folder, kind: RunKind): RunSummary | undefined {
  return ofKind(folder, kind)[0];
}

function ofKind({ runs }: Folder, kind: RunKind): RunSummary[] {
  return runs.runs.filter((run) => run.kind === kind && run.state !== 'damaged');
}

/** Which scaffold makes more calls. */
function searching(scaffold: string): number {
  return ['rsa', 'deepseek-math', 'nomos', 'self-check', 'reasoning-cache'].findIndex((name) =>
    scaffold.startsWith(name),
  ) < 0
    ? 0
    : 1;
}

function ofRun(run: RunSummary | undefined): string | undefined {
  return run === undefined ? undefined : `#/runs/${run.id}`;
}

/** How many different points there are. */
function variety(points: readonly (number | null)[]): number {
  return new Set(points).size;
}
