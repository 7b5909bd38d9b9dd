/** One question to a server, with a deadline. What comes instead of an answer is told and not thrown. */

export interface Question {
  readonly url: string;
  /** Sent as JSON; its presence makes the question a POST. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly patience: number;
}

export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Undefined where the body is not JSON. */
      readonly json: unknown;
      /** Beginning of the body, on one line. */
      readonly text: string;
    }
  | { readonly kind: 'none'; readonly reason: string };

const mostBytes = 1 << 24;

export async function askServer({ url, body, headers, patience }: Question): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A key follows no redirect.
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    });
    const text = await response.text();
    return {
      ...{ kind: 'answer', status: response.status },
      json: text.length > mostBytes ? undefined : jsonOf(text),
      text: text.replaceAll(/\s+/g, ' ').trim().slice(0, 160),
    };
  } catch (error) {
    return { kind: 'none', reason: whyNot(error, patience) };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function whyNot(error: unknown, patience: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${patience / 1000} s`;
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map((one) => whyNot(one, patience)).join('; ');
  if (cause instanceof Error)
    return cause.message === '' ? String(Reflect.get(cause, 'code')) : cause.message;
  return error.message;
}
