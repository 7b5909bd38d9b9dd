/** What can be tried: checkpoints of the runs in the folder and presets, scaffolds with their settings, problems of files. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { resolveModel } from '../../model/open-model.ts';
import { presetNames } from '../../model/presets/load-preset.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { shownPath } from '../../recipe/shown-path.ts';
import { scaffoldKinds } from '../../scaffold/scaffold-kinds.ts';
import type { TryChoices, TryModel, TryProblemFile, TryScaffold } from '../api/try.ts';
import type { Resource } from '../resource.ts';
import type { Workplace } from '../workplace.ts';

const mostProblems = 200;
const mostFiles = 20;
const largestFile = 8_000_000;

export const tryChoices: Resource<'try/choices.json'> = {
  read: async (workplace) => {
    const whyNot = whyNotRun(workplace);
    return {
      canRun: whyNot === null,
      whyNot,
      models: workplace.isStatic ? [] : [...checkpointsIn(workplace), ...(await presets())],
      scaffolds: scaffoldKinds.map(scaffoldOf),
      problemFiles: workplace.isStatic ? [] : await problemFilesIn(workplace),
    } satisfies TryChoices;
  },
  instances: () => [{}],
};

/** Null where runs can be made in the folder. */
export function whyNotRun({ isStatic, root, folder }: Workplace): string | null {
  if (isStatic) return 'This is an exported site. Open the folder with qed serve to try a model.';
  try {
    accessSync(root, constants.W_OK);
    return null;
  } catch {
    return `${folder} cannot be written to, so no run can be kept there. Serve another folder to try a model.`;
  }
}

function checkpointsIn(workplace: Workplace): TryModel[] {
  return workplace.runs().flatMap((run) => {
    const folder = path.join(run.directory, 'checkpoints');
    const names = run.kind === 'recipe' && existsSync(folder) ? readdirSync(folder).sort() : [];
    return names.flatMap((name): TryModel[] => {
      const steps = stepsIn(path.join(folder, name));
      const last = steps.at(-1);
      return last === undefined
        ? []
        : [
            {
              spec: `run:${shownPath(path.join(folder, name))}`,
              title: `${run.path}, ${name}`,
              detail: `step ${last}`,
              group: 'checkpoints',
              missing: null,
            },
          ];
    });
  });
}

function stepsIn(directory: string): number[] {
  if (!statSync(directory).isDirectory()) return [];
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

async function presets(): Promise<TryModel[]> {
  const found: TryModel[] = [];
  for (const name of presetNames()) {
    // What is missing, a key for example, is told by whoever would use it.
    const missing = await resolveModel(name).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    found.push({ spec: name, title: name, detail: '', group: 'presets', missing });
  }
  return found;
}

function scaffoldOf({
  name,
  summary,
  source,
  settings,
  presets: own,
  solverPrompt,
}: (typeof scaffoldKinds)[number]): TryScaffold {
  return {
    name,
    summary,
    source,
    settings: Object.entries(settings).map(([setting, { description, expects, default: value }]) => ({
      name: setting,
      description,
      expects,
      default: value === undefined ? null : String(value),
    })),
    presets: Object.entries(own).map(([preset, values]) => ({
      name: preset,
      settings: Object.entries(values)
        .map(([setting, value]) => `${setting}=${String(value)}`)
        .join(', '),
    })),
    takesSolver: solverPrompt !== undefined,
    examples: examples[name] ?? [name],
  };
}

const examples: Readonly<Record<string, readonly string[]>> = {
  'reasoning-cache': ['reasoning-cache(turns=3)'],
  'self-check': ['self-check(preset=matharena)', 'self-check'],
  nomos: ['nomos(solutions=8,keep=4,target=4)', 'nomos'],
  rsa: ['rsa(n=4,k=2,rounds=2)', 'rsa'],
  'deepseek-math': ['deepseek-math(pool=2,verifications=2)', 'deepseek-math'],
  majority: ['majority(n=4)', 'majority'],
  'best-of-n': ['best-of-n(n=4)', 'best-of-n'],
};

/** JSONL at the top of the folder. */
async function problemFilesIn({ root }: Workplace): Promise<TryProblemFile[]> {
  const files = readdirSync(root)
    .filter((name) => name.endsWith('.jsonl') && statSync(path.join(root, name)).size < largestFile)
    .slice(0, mostFiles);
  const found: TryProblemFile[] = [];
  for (const file of files) {
    // A file of something else is none with problems.
    const problems = await readProblems(path.join(root, file)).catch(() => []);
    if (problems.length === 0) continue;
    found.push({
      file,
      problems: problems.slice(0, mostProblems).map(({ id, statement }) => ({ id, statement })),
      more: Math.max(0, problems.length - mostProblems),
    });
  }
  return found;
}
