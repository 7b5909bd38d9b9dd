/**
 * A request to a model, put into the model's order. Refused, it has used its number; repeated, it gets the ticket that it
 * had.
 */
import type { TrainableModel } from '../../../engine/engine.ts';
import type { FutureResult } from '../futures.ts';
import type { ServedTraining } from '../served-training.ts';
import type { TinkerService } from '../tinker-service.ts';
import { isRefusal } from './route.ts';

export type TurnWork = (model: TrainableModel) => Promise<FutureResult>;

/** `prepare` checks the request and gives what is to be done when the turn has come. Returns the ticket. */
export function inTurn(
  service: TinkerService,
  ids: { readonly model_id: string; readonly seq_id?: number | null | undefined },
  digest: string,
  bytes: number,
  prepare: (training: ServedTraining) => TurnWork,
): { readonly request_id: string; readonly model_id: string } {
  const training = service.training(ids.model_id);
  const seq = ids.seq_id ?? training.queue.nextFree;
  const { id } = training.facts;
  try {
    const repeated = training.queue.repeated(seq, digest);
    if (repeated !== undefined) return { request_id: repeated, model_id: id };
    service.checkPending();
    const future = training.submit(seq, digest, bytes, prepare(training));
    return { request_id: future.id, model_id: id };
  } catch (error) {
    if (isRefusal(error)) training.queue.refuse(seq);
    throw error;
  }
}
