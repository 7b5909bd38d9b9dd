/**
 * The groups of stage rc: attempts at states of the Reasoning Cache, which the policy has come to by itself. Trajectories
 * are taken by the newest weights beside the attempts, every call durable under `rc/trajectory/<number>`; nothing of them
 * is trained on. LAG-BOUND: a state counts as old as its oldest token, and one that no step may train on is dropped.
 */
import type { PolicyVersion, Sampler } from '../../engine/engine.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import { systemClock } from '../../model/openai/clock.ts';
import type { Problem } from '../../problems/problem.ts';
import { Random, seedFrom } from '../../stats/random.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { askDurably } from '../../train/ask-durably.ts';
import { LeaseExpiredError } from '../../train/pipeline/lease.ts';
import { Slots } from '../../train/pipeline/slots.ts';
import { CacheStates } from '../../train/reasoning-cache/cache-states.ts';
import { Trajectory, type TrajectoryOptions } from '../../train/reasoning-cache/trajectory.ts';
import { sampleDurably, sampleKey } from '../../train/sample-durably.ts';
import type { RunContext } from '../run-context.ts';
import type { RcSettings } from '../schema.ts';
import { attemptLease } from './rl-lease.ts';
import { cachePromptsOf } from './rl-questions.ts';
import type { GroupSource } from './rl-source.ts';

/** A summariser that is not trained: the checkpoint that training began from, or another model. */
export type OtherSummariser =
  | { readonly kind: 'sampler'; readonly sampler: Sampler }
  | { readonly kind: 'endpoint'; readonly model: ChatModel };

export interface StateSourceOptions {
  readonly settings: RcSettings;
  readonly format: ChatFormat;
  readonly sampler: Sampler;
  /** Sums up where the recipe says `frozen` or `endpoint`. The source closes it. */
  readonly summariser: OtherSummariser | undefined;
  readonly problemOf: (trajectory: number) => Problem;
  readonly gone: ReadonlySet<number>;
  /** Version of the weights before the first step of the stage. */
  readonly firstVersion: number;
}

const stage = 'rc';

export function cacheStates(context: RunContext, options: StateSourceOptions): GroupSource {
  const { settings, problemOf, gone, summariser, firstVersion } = options;
  const { turns, statesPerTrajectory, backlog } = settings;
  const prompts = cachePromptsOf(context.recipe, settings);
  const callOf = trajectoryCalls(context, options);
  const states = new CacheStates({
    ...{ turns, statesPerTrajectory, backlog, problemOf, gone },
    seed: context.recipe.seed,
    begin: (number, problem) => {
      const unit = `${stage}/trajectory/${number}`;
      const { maxTokens, temperature } = settings;
      const random = new Random(context.recipe.seed, unit);
      return new Trajectory({
        prompts,
        problem,
        call: callOf(unit),
        limits: { random, maxTokens, temperature },
      });
    },
  });
  let closing: Promise<void> | undefined;
  return {
    origin: async (index, { signal, progressed, restsOn }) => {
      try {
        const coming = states.state(index, {
          signal,
          onTurn: (reached) => {
            progressed?.();
            if (reached.oldestVersion !== undefined) restsOn?.(reached.oldestVersion - firstVersion);
          },
        });
        // Of a group that is read from the record nothing is to begin.
        if (restsOn !== undefined) states.goAhead(index);
        const { problem, turn, summary, oldestVersion, charged } = await coming;
        if (oldestVersion !== undefined && restsOn?.(oldestVersion - firstVersion) === false)
          return { dropped: 'stale-state' };
        const messages = prompts.ask(problem, summary?.text);
        return { problem, messages, state: { turn, oldestVersion, tokens: charged } };
      } catch (error) {
        if (error instanceof LeaseExpiredError) return { dropped: 'trajectory-timeout' };
        throw error;
      }
    },
    use: () => ({ statesWaiting: states.backlog, trajectoriesUnderWay: states.underWay }),
    close: () => {
      closing ??= states.close().then(() => closeSummariser(summariser));
      return closing;
    },
  };
}

/** Model calls of a trajectory: durable, within the lease of an attempt, and with places of their own. */
function trajectoryCalls(
  context: RunContext,
  { settings, format, sampler, summariser }: StateSourceOptions,
): (unit: string) => TrajectoryOptions['call'] {
  const { journal, recipe } = context;
  const slots =
    settings.trajectoriesAtOnce === undefined
      ? {}
      : { sampling: new Slots(settings.trajectoriesAtOnce, systemClock) };
  const lease = attemptLease(settings);
  return (unit) => async (label, request, role, signal) => {
    const { messages } = request;
    const other = role === 'summarise' ? summariser : undefined;
    // A summary has limits of its own; in the lab they are those of its form.
    const { maxTokens, temperature } = role === 'summarise' ? (settings.summary ?? request) : request;
    const seed = seedFrom(recipe.seed, unit, label);
    if (other?.kind === 'endpoint') {
      const asking = { journal, model: other.model, signal, lease };
      const asked = { messages, maxTokens, temperature, seed, sampling: truncation(settings) };
      return { reply: await askDurably(asking, { unit, label }, asked), versions: [] };
    }
    const prompt_T = format.renderPrompt(messages);
    const key = sampleKey({ unit, label }, prompt_T, {
      seed,
      sampling: { maxTokens, temperature, stopTokenIds: format.stopTokenIds },
    });
    const source = { journal, sampler: other?.sampler ?? sampler, signal, lease, ...slots };
    const { tokens_T, finish, versions } = await sampleDurably(source, prompt_T, key);
    const { reasoning, answer } = format.parseReply(tokens_T);
    const usage = { promptTokens: prompt_T.length, completionTokens: tokens_T.length };
    const own: readonly PolicyVersion[] = other !== undefined ? [] : versions.map(({ version }) => version);
    return { reply: { reasoning, answer, finish, usage }, versions: own };
  };
}

/** A summary is never trained on, so it may be drawn from less than the whole distribution. */
function truncation({ summary }: RcSettings): { readonly topP?: number; readonly topK?: number } {
  const { topP, topK } = summary ?? {};
  return { ...(topP === undefined ? {} : { topP }), ...(topK === undefined ? {} : { topK }) };
}

async function closeSummariser(summariser: OtherSummariser | undefined): Promise<void> {
  if (summariser?.kind === 'sampler') await summariser.sampler.close();
  else await summariser?.model.close?.();
}
