/**
 * What a group is of attempts at: its problem, and the state of the Reasoning Cache where it goes on from one. It follows from
 * the group's number and what is on record of its trajectory, by the same code that training took it from.
 */
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { Problem } from '../../problems/problem.ts';
import { withHints } from '../../recipe/stages/rl-hints.ts';
import { askOf, cachePromptsOf } from '../../recipe/stages/rl-questions.ts';
import { easyFirst, plainProblems, shuffledOrder } from '../../recipe/stages/rl-source.ts';
import { Random } from '../../stats/random.ts';
import type { ChatFormat, Message } from '../../tokenizer/tokenizer.ts';
import { decodeReply } from '../../train/ask-durably.ts';
import { drawnTurns } from '../../train/reasoning-cache/drawn-turns.ts';
import { Trajectory, type TrajectoryOptions } from '../../train/reasoning-cache/trajectory.ts';
import { decodeSamples } from '../../train/rollout-codec.ts';
import type { RolloutState } from '../api/rollouts.ts';
import { problemsOf } from '../run-files.ts';
import type { StageOfRun } from './policy-stage.ts';

export interface OriginOfGroup {
  readonly problem: Problem;
  /** Undefined where the record of what led here is not whole. */
  readonly messages: readonly Message[] | undefined;
  readonly state: RolloutState | undefined;
  /** What is wrong with the record. */
  readonly trouble?: string;
}

/** Id of the problem of a group, and the turn that its attempts take; without a look at the journal. */
export async function problemAndTurn(
  own: StageOfRun,
): Promise<(group: number) => { readonly problem: string; readonly turn: number | null }> {
  const problemOf = await problemOrder(own);
  return (group) => {
    const { trajectory, turn } = placeOf(own, group);
    return { problem: problemOf(trajectory).id, turn: turn ?? null };
  };
}

/** Throws an Error where the problems of the run cannot be read. */
export async function originOfGroup(
  journal: JournalReader,
  own: StageOfRun,
  format: ChatFormat,
  group: number,
): Promise<OriginOfGroup> {
  const problemOf = await problemOrder(own);
  const { settings, recipe } = own;
  const { trajectory, turn } = placeOf(own, group);
  if (turn !== undefined)
    return await stateOf({ journal, own, format, trajectory, turn }, problemOf(trajectory));
  const plain = plainProblems(problemOf, askOf(recipe, settings));
  const source =
    !('hints' in settings) || settings.hints === undefined
      ? plain
      : withHints(plain, settings.hints, { seed: recipe.seed, groupsPerStep: settings.problemsPerStep });
  const origin = await source.origin(group, { signal: new AbortController().signal });
  if ('dropped' in origin) throw new Error(`group ${group} has no problem: ${origin.dropped}`);
  return { problem: origin.problem, messages: origin.messages, state: undefined };
}

async function problemOrder({
  directory,
  stage,
  recipe,
  settings,
}: StageOfRun): Promise<(index: number) => Problem> {
  const problems = await problemsOf(directory, 'train.jsonl');
  const order = { stage, seed: recipe.seed };
  return settings.curriculum === 'none'
    ? shuffledOrder(problems, order)
    : easyFirst(problems, { ...order, tag: settings.curriculumTag });
}

/** `trajectory`: the place of its problem in the order. */
function placeOf(
  { settings, recipe }: StageOfRun,
  group: number,
): { readonly trajectory: number; readonly turn: number | undefined } {
  if (!('summariser' in settings)) return { trajectory: group, turn: undefined };
  const { turns, statesPerTrajectory } = settings;
  const trajectory = Math.floor(group / statesPerTrajectory);
  const drawn = drawnTurns({ turns, statesPerTrajectory, seed: recipe.seed }, trajectory);
  return { trajectory, turn: drawn[group % statesPerTrajectory] ?? 1 };
}

interface Turns {
  readonly journal: JournalReader;
  readonly own: StageOfRun;
  readonly format: ChatFormat;
  readonly trajectory: number;
  readonly turn: number;
}

/** What the trajectory's recorded replies lead to, turn by turn. */
async function stateOf(
  { journal, own, format, trajectory, turn }: Turns,
  problem: Problem,
): Promise<OriginOfGroup> {
  const { settings, recipe } = own;
  if (!('summariser' in settings)) throw new Error('a stage without states has none');
  const unit = `rc/trajectory/${trajectory}`;
  const replies = new Map(
    journal.effectsBelow(unit).flatMap((row) => (row.unit === unit ? [[row.label, row] as const] : [])),
  );
  const before: RolloutState['before'][number][] = [];
  const call: TrajectoryOptions['call'] = async (label, { messages }, role) => {
    const payload = replies.get(label)?.payload();
    if (role === 'summarise' && settings.summariser === 'endpoint' && payload !== undefined)
      return { reply: decodeReply(payload), versions: [] };
    const [sample] = payload === undefined ? [] : decodeSamples(payload);
    if (sample === undefined) throw new Error(`${unit} has no reply ${label} on record`);
    const { reasoning, answer } = format.parseReply(sample.tokens_T);
    const usage = {
      promptTokens: format.renderPrompt(messages).length,
      completionTokens: sample.tokens_T.length,
    };
    if (role !== 'summarise') {
      const { finish } = sample;
      before.push({
        ...{ turn: before.length + 1, reasoning, answer: answer ?? null, finish, summary: '' },
        tokens: usage.completionTokens,
      });
    }
    return { reply: { reasoning, answer, finish: sample.finish, usage }, versions: [] };
  };
  const prompts = cachePromptsOf(recipe, settings);
  const { maxTokens, temperature } = settings;
  const limits = { random: new Random(recipe.seed, unit), maxTokens, temperature };
  const trail = new Trajectory({ prompts, problem, call, limits });
  const signal = new AbortController().signal;
  const state = { turn, trajectory, before };
  try {
    const { summary } = await trail.stateAt(turn, { signal });
    for (const [index, led] of before.entries()) {
      const after = await trail.stateAt(index + 2, { signal });
      before[index] = { ...led, summary: after.summary?.text ?? '' };
    }
    const messages = prompts.ask(problem, summary?.text);
    return { problem, messages, state: { ...state, summary: summary?.text ?? null } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const trouble = `the state that it went on from cannot be shown: ${reason}`;
    return { problem, messages: undefined, state: { ...state, summary: null }, trouble };
  }
}
