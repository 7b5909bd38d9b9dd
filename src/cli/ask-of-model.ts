/** Runs a step of `qed data` that asks one model about rows. */
import type { AskStep } from '../curate/ask/ask-step.ts';
import type { JudgeModel } from '../grade/ask-judge.ts';
import { type AskedModelOptions, type AskOptions, readAskOptions, readModelOptions } from './ask-options.ts';
import { runAsk } from './ask-run.ts';
import { openModel } from './open-models.ts';
import { told } from './prove-setup.ts';
import { stepDirectory } from './step-directory.ts';

export interface AskOfModel {
  /** Of the step. */
  readonly name: string;
  readonly input: string;
  readonly options: AskOptions & AskedModelOptions;
  /** For models that say nothing themselves. */
  readonly usual: { readonly maxTokens: number; readonly temperature: number };
}

/** Returns the exit code. Throws a UserError. */
export async function runAskOfModel(
  { name, input, options, usual }: AskOfModel,
  stepOf: (asked: JudgeModel) => AskStep,
): Promise<number> {
  const { assertPriced } = await import('../prove/price-check.ts');
  const settings = await readAskOptions(options);
  const { resolved, maxTokens, temperature } = await readModelOptions(options, usual);
  await told(() => assertPriced([resolved], settings.budgets), ['UnpricedModelError']);
  const { sampling } = resolved.defaults;
  return await runAsk({
    ...settings,
    input,
    out: stepDirectory(input, name, options.out),
    json: options.json === true,
    isPriced: resolved.price !== undefined,
    remarks: resolved.remarks,
    open: async (view) => {
      const model = await openModel(resolved, view);
      const step = stepOf({ model, maxTokens, temperature, ...(sampling === undefined ? {} : { sampling }) });
      return { step, close: async () => await model.close?.() };
    },
  });
}
