/** What is known of a server, and what all models and samplers on it share: connection, session, limits, the form of bodies. */
import type { z } from 'zod';
import type { Connection, SendOptions } from './connection.ts';
import { awaitFuture, protobufType } from './future.ts';
import type { ServerProfile } from './profile.ts';
import type { TinkerSession } from './session.ts';
import { Slots } from './slots.ts';
import { TinkerError } from './tinker-error.ts';
import type { HttpAnswer } from './transport.ts';
import { type FutureEndpoint, type FutureTicket, futureTicket } from './wire/endpoints/endpoint.ts';
import { cancelFuture } from './wire/endpoints/future-endpoints.ts';
import { forwardBackward } from './wire/endpoints/training-endpoints.ts';
import type { ExtensionName } from './wire/extensions.ts';
import { forwardBackwardOutputFromJson, forwardBackwardRequestToJson } from './wire/forward-backward-json.ts';
import { decodeForwardBackwardOutput, type ForwardBackwardOutput } from './wire/forward-backward-output.ts';
import {
  encodeForwardBackwardRequest,
  type ForwardBackwardRequest,
} from './wire/forward-backward-request.ts';

export interface ServerLimits {
  /** Most data, and about the most bytes, of a training request. */
  readonly chunkData: number;
  readonly chunkBytes: number;
  /** Sampling requests at a time. */
  readonly samples: number;
}

export interface ServerFacts {
  readonly profile: ServerProfile;
  readonly extensions: ReadonlySet<ExtensionName>;
  readonly limits: ServerLimits;
  /** `cancel_future` is understood. */
  readonly cancels: boolean;
  /** Models that the server says it has, with their context lengths where it says them. */
  readonly models: ReadonlyMap<string, number | undefined>;
}

export interface FutureRequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** The request may be made again when no answer came: its number is recognised, or doing it twice does no harm. */
  readonly repeatable: boolean;
  /** Told that the server has taken the request, or has refused it. */
  readonly onSubmitted?: () => void;
}

export class Server {
  readonly connection: Connection;
  readonly session: TinkerSession;
  readonly facts: ServerFacts;
  readonly sampleSlots: Slots;
  /** Training requests go as JSON: the server reads no protobuf. */
  #usesJson = false;
  /** A protobuf body was taken once, so an error is none of the form. */
  #protobufTaken = false;

  constructor(connection: Connection, session: TinkerSession, facts: ServerFacts) {
    this.connection = connection;
    this.session = session;
    this.facts = facts;
    this.sampleSlots = new Slots(facts.limits.samples);
  }

  get profile(): ServerProfile {
    return this.facts.profile;
  }

  has(extension: ExtensionName): boolean {
    return this.facts.extensions.has(extension);
  }

  /** The same server, of which more is known. */
  withProfile(profile: ServerProfile): Server {
    const other = new Server(this.connection, this.session, { ...this.facts, profile });
    other.#usesJson = this.#usesJson;
    other.#protobufTaken = this.#protobufTaken;
    return other;
  }

  /** That this kind of server cannot do something, and how to go on. */
  unsupported(what: string, mend: string): TinkerError {
    return new TinkerError(
      'unsupported',
      `${this.connection.label} (profile ${this.profile.kind}) cannot ${what}. ${mend}`,
    );
  }

  /** A request with a result of JSON. */
  async request<Q extends z.ZodType, R extends z.ZodType>(
    endpoint: FutureEndpoint<Q, R>,
    body: z.input<Q>,
    options: FutureRequestOptions,
  ): Promise<z.output<R>> {
    const submit = () => this.#submit(endpoint.path, { body }, options);
    const result = await this.#result(submit, endpoint.requestType, { ...options, protobuf: false });
    if (result.kind === 'protobuf') {
      throw new TinkerError('protocol', `${this.connection.label} answered ${endpoint.path} with protobuf`);
    }
    return this.readResult(endpoint, result.value);
  }

  /** A result of JSON by the schema of its endpoint. */
  readResult<R extends z.ZodType>(
    { result, path }: FutureEndpoint<z.ZodType, R>,
    value: unknown,
  ): z.output<R> {
    const parsed = result.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new TinkerError(
      'protocol',
      `${this.connection.label}: the result of ${path} is not what the protocol has (${issue?.path.join('.') || 'the whole'}: ${issue?.message})`,
    );
  }

  /** A training request, in the form that the server reads. */
  async train(
    request: ForwardBackwardRequest,
    options: FutureRequestOptions,
  ): Promise<ForwardBackwardOutput> {
    const type = request.forwardOnly ? 'Forward' : 'ForwardBackward';
    const submit = () => this.#submitTraining(request, options);
    const result = await this.#result(submit, type, { ...options, protobuf: true });
    if (result.kind === 'protobuf') return decodeForwardBackwardOutput(result.bytes);
    return forwardBackwardOutputFromJson(this.readResult(forwardBackward, result.value));
  }

  /** Sampling; the result as it came. */
  async sample(
    path: string,
    requestType: string,
    body: unknown,
    { signal }: { readonly signal?: AbortSignal | undefined },
  ) {
    return await this.sampleSlots.use(async () => {
      const options = { signal, repeatable: true };
      return await this.#result(() => this.#submit(path, { body }, options), requestType, {
        ...options,
        protobuf: true,
      });
    }, signal);
  }

  async #result(
    submit: () => Promise<FutureTicket>,
    requestType: string,
    options: FutureRequestOptions & { readonly protobuf: boolean },
  ) {
    let ticket: FutureTicket;
    try {
      ticket = await submit();
    } finally {
      options.onSubmitted?.();
    }
    let current = ticket.request_id;
    try {
      return await awaitFuture(this.connection, ticket, {
        ...{ requestType, protobuf: options.protobuf, signal: options.signal, resubmit: submit },
        onTicket: ({ request_id }) => {
          current = request_id;
        },
      });
    } catch (error) {
      if (options.signal?.aborted === true) this.#cancel(current);
      throw error;
    }
  }

  /** Tells the server that nobody waits any more, where it listens. Nothing depends on it. */
  #cancel(requestId: string): void {
    if (!this.facts.cancels) return;
    const options = { retries: false, timeout: 5_000 };
    this.connection.send(cancelFuture.path, { body: { request_id: requestId }, ...options }).catch(() => {
      // The server goes on and forgets the result by itself.
    });
  }

  async #submit(
    path: string,
    body: Pick<SendOptions, 'body' | 'bytes'>,
    { signal, repeatable }: FutureRequestOptions,
    isFinal?: (answer: HttpAnswer) => boolean,
  ): Promise<FutureTicket> {
    const answer = await this.#send(path, body, { signal, repeatable }, isFinal);
    return this.connection.read(futureTicket, answer, path);
  }

  async #send(
    path: string,
    body: Pick<SendOptions, 'body' | 'bytes'>,
    { signal, repeatable }: FutureRequestOptions,
    isFinal: (answer: HttpAnswer) => boolean = () => false,
  ): Promise<HttpAnswer> {
    const answer = await this.connection.send(path, { ...body, signal, repeatable, isFinal });
    if (answer.status >= 300 && !isFinal(answer)) throw this.connection.errorOf(path, answer);
    return answer;
  }

  async #submitTraining(
    request: ForwardBackwardRequest,
    options: FutureRequestOptions,
  ): Promise<FutureTicket> {
    if (!this.#usesJson) {
      const { path } = forwardBackward;
      const configForms = this.profile.kind === 'hosted' || this.profile.kind === 'qed' ? 'both' : 'old';
      const value = encodeForwardBackwardRequest(request, { configForms });
      const isFinal = (answer: HttpAnswer) => !this.#protobufTaken && readsNoProtobuf(answer);
      const bytes = { contentType: protobufType, value };
      const answer = await this.#send(path, { bytes }, options, isFinal);
      if (!isFinal(answer)) {
        this.#protobufTaken = true;
        return this.connection.read(futureTicket, answer, path);
      }
      this.#usesJson = true;
      this.connection.onRemark(
        `${this.connection.label} reads no protobuf (${answer.status}); training requests go as JSON`,
      );
    }
    const { path, body } = forwardBackwardRequestToJson(request);
    // Servers of that age do not number training requests, and would do one twice.
    return await this.#submit(
      path,
      { body },
      {
        ...options,
        repeatable: options.repeatable && request.forwardOnly,
      },
    );
  }
}

/** 415, or the plain 500 with which SkyRL 0.3 fails to decode a body. */
function readsNoProtobuf({ status, contentType }: HttpAnswer): boolean {
  return status === 415 || (status === 500 && contentType === 'text/plain');
}
