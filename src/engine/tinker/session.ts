/** A session on the server: what models and samplers belong to, kept alive by heartbeats, finished at the end. */
import { type Connection, sdkVersion } from './connection.ts';
import { Heartbeats } from './heartbeats.ts';
import { TinkerError } from './tinker-error.ts';
import { createSession, finishSession, sessionHeartbeat } from './wire/endpoints/session-endpoints.ts';

const heartbeatInterval = 10_000;

export interface SessionOptions {
  /** Milliseconds between heartbeats; for tests. */
  readonly interval?: number;
  /** Whether the server knows `sessions/{id}/finish`. */
  readonly finishes: boolean;
}

export class TinkerSession {
  readonly id: string;
  readonly #connection: Connection;
  readonly #heartbeats: Heartbeats;
  readonly #finishes: boolean;
  #models = 0;
  #samplers = 0;

  private constructor(
    id: string,
    connection: Connection,
    { interval = heartbeatInterval, finishes }: SessionOptions,
  ) {
    this.id = id;
    this.#connection = connection;
    this.#finishes = finishes;
    const { base, headers } = connection.access;
    this.#heartbeats = new Heartbeats(
      {
        url: base + sessionHeartbeat.path,
        headers,
        sessionId: id,
        ...{ interval, timeout: interval, patience: 12 * interval },
      },
      (news) => {
        if (news.kind === 'silent')
          connection.onRemark(
            `${connection.label} has not taken a heartbeat for a while (${news.reason}); when it ends the session, models that were not saved are lost`,
          );
        if (news.kind === 'heard') connection.onRemark(`${connection.label} takes heartbeats again`);
        if (news.kind === 'lost')
          connection.fail(
            new TinkerError(
              'session-lost',
              `${connection.label} has ended the session (${news.status}), and what was not saved with it; go on from the last checkpoint`,
              { status: news.status },
            ),
          );
      },
    );
  }

  static async open(connection: Connection, options: SessionOptions): Promise<TinkerSession> {
    const answer = await connection.call(createSession, {
      tags: [],
      user_metadata: {},
      sdk_version: sdkVersion,
      type: 'create_session',
    });
    for (const message of [answer.info_message, answer.warning_message]) {
      if (message != null && message !== '') connection.onRemark(`${connection.label}: ${message}`);
    }
    if (answer.error_message != null && answer.error_message !== '') {
      throw new TinkerError('rejected', `${connection.label}: ${connection.said(answer.error_message)}`);
    }
    return new TinkerSession(answer.session_id, connection, options);
  }

  /** The number of the session's next model. */
  nextModel(): number {
    this.#models += 1;
    return this.#models - 1;
  }

  /** The number of the session's next sampling session. */
  nextSampler(): number {
    this.#samplers += 1;
    return this.#samplers - 1;
  }

  /** Ends the heartbeats and tells the server; that it does not hear changes nothing. */
  async close(): Promise<void> {
    await this.#heartbeats.close();
    if (!this.#finishes || this.#connection.failure !== undefined) return;
    try {
      const body = { reason: { type: 'success' as const } };
      const options = { parts: { session_id: this.id }, retries: false, timeout: 5_000 };
      await this.#connection.call(finishSession, body, options);
    } catch (error) {
      this.#connection.onRemark(
        `the session could not be finished (${error instanceof Error ? error.message : String(error)}); it ends by itself`,
      );
    }
  }
}
