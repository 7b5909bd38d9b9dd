/** Recorded figures in words, for the panel of a step. What is not here is shown under the name of its record. */
const words: Readonly<Record<string, string>> = {
  reward: 'reward, share of full marks',
  exactReward: 'exact grade of the same attempts',
  'heldOut/score': 'held-out score',
  'heldOut/ci/0': 'held-out score, low end',
  'heldOut/ci/1': 'held-out score, high end',
  lengthMean: 'mean length, tokens',
  overflowShare: 'share of attempts cut',
  entropy: 'entropy, nats per token',
  mismatchKl: 'mismatch KL, nats per token',
  maxRatio: 'largest probability ratio',
  clipFraction: 'share of tokens clipped',
  effectiveSampleSize: 'effective sample size, share',
  referenceKl: 'KL to the reference policy',
  rewardLengthCorrelation: 'correlation of reward and length',
  gradientNorm: 'gradient norm',
  learningRate: 'learning rate',
  loss: 'loss',
  validationLoss: 'validation loss',
  'advantages/deviation': 'deviation of the advantages',
  'advantages/greatest': 'greatest advantage',
  'advantages/least': 'least advantage',
  'groups/trained': 'groups that teach',
  'groups/allZero': 'groups, all zero',
  'groups/allFull': 'groups, all full marks',
  'groups/allEqual': 'groups, all alike',
  'groups/tooFewGrades': 'groups without enough grades',
  'lag/mean': 'mean age of tokens, steps',
  'lag/most': 'age of the oldest token, steps',
  ungradedAttempts: 'attempts without a grade',
  sampledTokens: 'tokens sampled',
  trainedTokens: 'tokens trained',
  processedTokens: 'tokens computed',
  trainedPerSecond: 'tokens trained on per second',
  'cost/seconds': 'seconds of the step',
  'cost/trainingSeconds': 'seconds of training',
  'cost/waitedSeconds': 'seconds of waiting for groups',
  'cost/stragglerSeconds': 'seconds of waiting for stragglers',
  'cost/samplingShare': 'sampling, share of the time',
  'cost/gradingShare': 'grading, share of the time',
  'cost/trainingShare': 'training, share of the time',
  'cost/sampledTokensPerSecond': 'tokens sampled per second',
  'cost/orchestratorSeconds': 'seconds of the orchestrator',
  'cost/canaryMismatch': 'log-prob mismatch of the canary',
  'cost/residentBytes': 'memory, bytes',
  'cost/peakBytes': 'most memory, bytes',
  'cost/statesWaiting': 'states that wait',
  'cost/trajectoriesUnderWay': 'trajectories under way',
};

const order = Object.keys(words);

export function figureWords(name: string): string {
  const [kind, turn, figure] = name.split('/');
  if (kind === 'turns') return `turn ${turn}: ${figureWords(figure ?? '')}`;
  if (kind === 'dropped') return `groups dropped: ${turn}`;
  return words[name] ?? (name === 'share' ? 'share of the attempts' : name);
}

/** In the order of importance; what is not known comes last, by name. */
export function byImportance(names: readonly string[]): string[] {
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return names.toSorted((a, b) => place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true }));
}
