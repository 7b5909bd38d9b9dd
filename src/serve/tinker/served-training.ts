/**
 * One model that a client trains: its requests in their order, the weights that samplers follow, and what is known of it.
 * It exists from the moment it is asked for; whatever is asked of it waits until it is made.
 */
import type { TrainableModel } from '../../engine/engine.ts';
import type { BaseModel } from './base-model.ts';
import type { CheckpointFacts } from './checkpoint-shelf.ts';
import { type Future, type FutureResult, type FutureStore, failureOf } from './futures.ts';
import { LiveWeights } from './live-weights.ts';
import { modelGone, TurnQueue } from './turn-queue.ts';

export interface TrainingFacts {
  /** `<session>:train:<n>`. */
  readonly id: string;
  readonly session: string;
  readonly base: BaseModel;
  /** As the client named it. */
  readonly baseName: string;
  readonly userMetadata?: CheckpointFacts['user_metadata'];
}

export class ServedTraining {
  readonly facts: TrainingFacts;
  readonly queue: TurnQueue;
  /** Absent: all parameters are trained. Known when the model is made. */
  lora: CheckpointFacts['lora'];
  parameterCount: number | undefined;
  /** Milliseconds since 1970. */
  lastRequest: number;
  readonly #futures: FutureStore;
  #model: TrainableModel | undefined;
  #live: LiveWeights | undefined;
  #isClosed = false;

  constructor(
    facts: TrainingFacts,
    futures: FutureStore,
    limits: { readonly gapMilliseconds: number; readonly mostWaitingBytes: number },
    now: number,
  ) {
    this.facts = facts;
    this.#futures = futures;
    this.lastRequest = now;
    this.queue = new TurnQueue({
      ...limits,
      onGap: (future, missing) => {
        const message = `seq_id ${missing} of ${facts.id} did not come, so what was to follow it was not carried out`;
        futures.settle(future, { kind: 'failed', message, category: 'user' });
      },
    });
  }

  /** Makes the model as its first turn. When that fails it is as if it had never been. */
  begin(digest: string, make: () => Promise<TrainableModel>, result: FutureResult): Future {
    const future = this.#futures.create(this.facts.session);
    const run = async (): Promise<void> => {
      try {
        const model = await make();
        if (this.#isClosed) {
          await model.close();
          throw modelGone();
        }
        this.#model = model;
        this.parameterCount = model.parameterCount;
        const { lora } = model;
        this.lora = lora === undefined ? undefined : { ...lora };
        this.#futures.settle(future, result);
      } catch (error) {
        this.#futures.settle(future, failureOf(error));
      }
    };
    this.queue.submit(0, digest, { future, bytes: 0, run });
    return future;
  }

  /** Carries `work` out when its turn has come. */
  submit(
    seq: number,
    digest: string,
    bytes: number,
    work: (model: TrainableModel) => Promise<FutureResult>,
  ): Future {
    const future = this.#futures.create(this.facts.session);
    const run = (): Promise<void> =>
      this.#futures.run(future, async () => {
        if (this.#model === undefined) throw modelGone();
        return await work(this.#model);
      });
    try {
      this.queue.submit(seq, digest, { future, bytes, run });
      return future;
    } catch (error) {
      this.#futures.discard(future);
      throw error;
    }
  }

  /** Puts another model in the place of this one: weights that were saved. */
  async replace(model: TrainableModel): Promise<void> {
    const former = this.#model;
    this.#model = model;
    this.parameterCount = model.parameterCount;
    this.lora = model.lora === undefined ? undefined : { ...model.lora };
    const live = this.#live;
    this.#live = undefined;
    await live?.close();
    await closeQuietly(former);
  }

  /** Samplers that follow this model. */
  live(model: TrainableModel): LiveWeights {
    this.#live ??= new LiveWeights(model, this.facts.base.tokenizer);
    return this.#live;
  }

  /** Lets what runs end, and frees the memory. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.queue.end();
    await this.#live?.close();
    await closeQuietly(this.#model);
    this.#model = undefined;
  }
}

/** A trainer that broke has nothing more to say when it ends. */
async function closeQuietly(model: TrainableModel | undefined): Promise<void> {
  await model?.close().catch(() => undefined);
}
