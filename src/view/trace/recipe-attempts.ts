/** The attempts that a recipe's stage evaluate made: every checkpoint with its scaffolds, with the scores of the exact grader. */
import type { Json } from '../../journal/journal.ts';
import type { JournalReader } from '../../journal/journal-reader.ts';
import { JUDGE_ROLES, labScaffoldPrompts } from '../../lab/scaffold-prompts.ts';
import { readProblems } from '../../problems/problem-file.ts';
import type { EvaluationRecord } from '../../recipe/stages/evaluate.ts';
import { isSearch, searchScaffolds, turnScaffolds } from '../../recipe/stages/evaluated-scaffolds.ts';
import { formatScaffoldSpec, type SettingValue } from '../../scaffold/scaffold-spec.ts';
import { seedFrom } from '../../stats/random.ts';
import { evaluatedRecipe } from './evaluated-recipe.ts';
import { unknownProblem } from './prove-attempts.ts';
import type { AttemptGroup, ReadAttempts } from './trace-attempts.ts';

const judgeModel = 'run/judge';

export const recipeAttempts: ReadAttempts = async ({ directory }, journal) => {
  const recipe = evaluatedRecipe(directory);
  const { evaluate: settings } = recipe;
  if (settings === undefined) return noAttempts;
  const problems = await readProblems(`${directory}/data/test.jsonl`).catch(() => []);
  const prompts = labScaffoldPrompts();
  const entries = [...turnScaffolds(settings, prompts), ...searchScaffolds(settings, prompts)];
  const evaluations = await recorded(journal);
  const groups = evaluations.flatMap(({ checkpoint, scaffold }): AttemptGroup[] =>
    entries.some(({ name }) => name === scaffold)
      ? [
          {
            id: `${checkpoint}.${scaffold}`,
            title: `${checkpoint}, ${scaffold}`,
            scaffold: specOf(scaffold, settings),
            prefix: `evaluate/${checkpoint}/${scaffold}/`,
          },
        ]
      : [],
  );
  const scores = new Map<string, EvaluationRecord['turns']>();
  const turnsOf = (id: string): EvaluationRecord['turns'] => {
    const known = scores.get(id);
    if (known !== undefined) return known;
    const turns = readTurns(journal, id.replace('.', '/'));
    scores.set(id, turns);
    return turns;
  };
  // The journal is lent for this call alone, so what is needed of it is read now.
  for (const { id } of groups) turnsOf(id);
  return {
    groups,
    problemName: (problem) => problems[problem]?.id ?? `problem ${problem + 1}`,
    facts: ({ id }, problem, attempt) => {
      const last = scores.get(id)?.[problem]?.[attempt]?.at(-1);
      return {
        tokens: last?.[1] ?? null,
        points: last?.[0] == null ? null : last[0] * 7,
        state: last === undefined ? 'unfinished' : 'finished',
        why: null,
      };
    },
    repetition: async ({ id }, problem, attempt) => {
      const [checkpoint = '', name = ''] = id.split('.');
      const entry = entries.find((one) => one.name === name);
      if (entry === undefined) throw new RangeError(`there is no scaffold ${name}`);
      const judgeTokens = settings.search?.judgeMaxTokens;
      const judges: [string, string][] = isSearch(entry.name)
        ? JUDGE_ROLES.map((role) => [role, judgeModel])
        : [];
      return {
        problem: problems[problem] ?? unknownProblem(problem),
        isKnown: problems[problem] !== undefined,
        scaffold: entry.scaffold,
        models: new Map([['main', `run/${checkpoint}`], ...judges]),
        maxTokens: settings.maxTokens,
        temperature: settings.temperature,
        seed: seedFrom(recipe.seed, 'evaluate'),
        finished: undefined,
        isWhole: scores.get(id)?.[problem]?.[attempt] !== undefined,
        asRecorded: (request) => asJudged(request, judgeTokens),
        mostOf: () => 1,
      };
    },
  };
};

const noAttempts: Awaited<ReturnType<ReadAttempts>> = {
  groups: [],
  problemName: (problem) => `problem ${problem + 1}`,
  facts: () => ({ tokens: null, points: null, state: null, why: null }),
  repetition: async () => {
    throw new RangeError('this recipe evaluates nothing');
  },
};

/** Judges have a limit of their own. */
function asJudged(request: Json, judgeTokens: number | undefined): Json {
  const isJudge =
    typeof request === 'object' && request !== null && 'model' in request && request.model === judgeModel;
  return isJudge && judgeTokens !== undefined ? { ...request, maxTokens: judgeTokens } : request;
}

/** Checkpoints and scaffolds of which there are calls, in the order of the stage's events, then those under way. */
async function recorded(
  journal: JournalReader,
): Promise<{ readonly checkpoint: string; readonly scaffold: string }[]> {
  const names = new Set<string>();
  for await (const { key } of journal.values('evaluation')) names.add(key);
  for (const { unit } of journal.units('evaluate/')) {
    const [, checkpoint = '', scaffold = ''] = unit.split('/');
    names.add(`${checkpoint}/${scaffold}`);
  }
  return [...names].map((name) => {
    const [checkpoint = '', scaffold = ''] = name.split('/');
    return { checkpoint, scaffold };
  });
}

function readTurns(journal: JournalReader, key: string): EvaluationRecord['turns'] {
  try {
    const event = journal.find('evaluation', key);
    if (event?.payload === undefined) return [];
    return (JSON.parse(new TextDecoder().decode(event.payload)) as EvaluationRecord).turns;
  } catch {
    // Scores that cannot be read are not shown; the calls are there by themselves.
    return [];
  }
}

/** `rsa(n=8,…)` of what the recipe says. */
function specOf(name: string, { search, reasoningCacheTurns }: Parameters<typeof turnScaffolds>[0]): string {
  const own: Record<string, unknown> = {
    'reasoning-cache': { turns: reasoningCacheTurns },
    majority: search?.majority,
    'best-of-n': search?.bestOfN,
    'deepseek-math': search?.deepseekMath,
    rsa: search?.rsa,
  };
  const given = Object.entries(own[name] ?? {}).filter(([, value]) => value !== undefined);
  return formatScaffoldSpec({
    name: name === 'single' ? 'single-turn' : name,
    settings: Object.fromEntries(given) as Record<string, SettingValue>,
  });
}
