/**
 * What an attempt's points are worth to training, beyond points / 7: options for what the paper leaves open, all off by
 * default. NULL-NOT-ZERO: an attempt without a grade has no reward, shaped or not. Recorded rewards stay points / 7; only
 * advantages see these.
 */
export interface RewardShaping {
  /** Taken from the reward of an attempt that uses all its tokens, and in proportion of shorter ones. */
  readonly lengthCoefficient: number;
  /**
   * Within so many tokens of the limit the reward falls in a line by 1, whatever the attempt earned (DAPO, Yu et al. 2025,
   * equation 13; the reference code's `buffer_tokens`). 0: not.
   */
  readonly overlongTokens: number;
  /**
   * What points below full marks are multiplied by, from the first step to the last, in a line: below 1 a proof with a
   * gap is worth less than its points, and a grading scheme's deductions grow.
   */
  readonly partialCredit: { readonly first: number; readonly final: number };
}

export interface ShapedAttempt {
  /** points / 7; undefined when ungraded or masked. */
  readonly reward: number | undefined;
  readonly tokens: number;
}

/** `progress`: share of the steps that are behind, 0 at the first and 1 at the last. */
export function shapedReward(
  { reward, tokens }: ShapedAttempt,
  { lengthCoefficient, overlongTokens, partialCredit }: RewardShaping,
  { maxTokens, progress }: { readonly maxTokens: number; readonly progress: number },
): number | undefined {
  if (reward === undefined) return undefined;
  const factor = partialCredit.first + (partialCredit.final - partialCredit.first) * progress;
  const earned = reward > 1 - 1e-9 ? reward : factor * reward;
  const over = tokens - (maxTokens - overlongTokens);
  const overlong = overlongTokens > 0 && over > 0 ? Math.min(over / overlongTokens, 1) : 0;
  return earned - lengthCoefficient * (tokens / maxTokens) - overlong;
}

/** Whether it leaves every reward as it is. */
export function isUnshaped({ lengthCoefficient, overlongTokens, partialCredit }: RewardShaping): boolean {
  return (
    lengthCoefficient === 0 && overlongTokens === 0 && partialCredit.first === 1 && partialCredit.final === 1
  );
}
