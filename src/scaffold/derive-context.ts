/**
 * A context that also counts: tokens and cut replies of a scaffold and of all scaffolds inside it, so that a scaffold
 * need not add up what its parts spent. Labels, requests and random numbers are those of the context it stands for.
 */
import type { Scaffold, ScaffoldContext, ScaffoldResult } from './scaffold.ts';

export interface Meter {
  /** Completion tokens of all replies so far. */
  tokens: number;
  /** Replies that were cut at the token limit. */
  cut: number;
}

/** `keep` replaces the context's own; a context within it has its own again. */
export function deriveContext(
  context: ScaffoldContext,
  changes: { readonly meter?: Meter; readonly keep?: ScaffoldContext['keep'] },
): ScaffoldContext {
  const { meter, keep } = changes;
  return {
    call: async (label, request, options) => {
      const reply = await context.call(label, request, options);
      if (meter !== undefined) {
        meter.tokens += reply.usage.completionTokens;
        meter.cut += reply.finish === 'length' ? 1 : 0;
      }
      return reply;
    },
    note: (label, facts) => context.note(label, facts),
    keep: keep ?? ((proof, why) => context.keep(proof, why)),
    within: (name) => {
      const inner = context.within(name);
      return meter === undefined ? inner : deriveContext(inner, { meter });
    },
    random: context.random,
    maxTokens: context.maxTokens,
    temperature: context.temperature,
  };
}

/** A scaffold of one turn out of a function that ends with a proof, or without one. */
export function metered(
  solve: (problem: Parameters<Scaffold>[0], context: ScaffoldContext) => Promise<string | undefined>,
): Scaffold {
  return async (problem, outer): Promise<ScaffoldResult> => {
    const meter: Meter = { tokens: 0, cut: 0 };
    const proof = await solve(problem, deriveContext(outer, { meter }));
    const overflowed = proof === undefined && meter.cut > 0;
    return { proof, turns: [{ proof, tokens: meter.tokens, overflowed }] };
  };
}
