/**
 * A sampler that is held to the weights it was given: no token that it returns may be of older weights than those in use
 * when the request was made. A part of it that missed an update, or was restarted with an older checkpoint, is found with the first
 * sample that it returns, before that sample is anybody's.
 */
import type { PolicyVersion, Sampler } from '../../engine/engine.ts';

/** The sampler has used weights that it had been told to give up. */
export class StaleSamplerError extends Error {
  constructor(sampled: PolicyVersion, inUse: PolicyVersion) {
    super(
      `the sampler used the weights after ${stepsText(sampled)} for a request made when those after ${stepsText(inUse)} ` +
        'had been given to it: a part of it has missed an update, or was restarted with old weights. ' +
        'Nothing of that sample was kept. Restart the sampler; the same command goes on and gives it the newest weights',
    );
    this.name = 'StaleSamplerError';
  }
}

/** `inUse`: the newest version of which the sampler has said that it uses it. */
export function freshSampler(sampler: Sampler, inUse: () => PolicyVersion): Sampler {
  return {
    kind: sampler.kind,
    places: sampler.places,
    sample: async (request) => {
      const version = inUse();
      const samples = await sampler.sample(request);
      for (const { versions } of samples) {
        for (const span of versions)
          if (span.version < version) throw new StaleSamplerError(span.version, version);
      }
      return samples;
    },
    usage: () => sampler.usage(),
    close: () => sampler.close(),
  };
}

function stepsText(version: PolicyVersion): string {
  return `${version} ${version === 1 ? 'step' : 'steps'}`;
}
