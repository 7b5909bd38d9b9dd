/**
 * What a server offers under one id: a chat model (a scaffold around one is a chat model too), and what it is asked
 * with where a request does not say.
 */
import type { ChatModel, SamplingSettings } from '../model/chat-model.ts';

export interface ServedModel {
  /** As clients name it. */
  readonly id: string;
  readonly model: ChatModel;
  /** The name of the scaffold around the model, where there is one. */
  readonly scaffold?: string;
  readonly defaults: {
    readonly maxTokens: number;
    readonly temperature: number;
    readonly sampling?: SamplingSettings;
  };
}
