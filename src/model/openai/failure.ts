/**
 * What a server says about a failure, as a ModelError: by HTTP status and body, or by an error object inside a stream.
 * Only what may pass by itself is retryable. Keys never appear: whatever of a body is kept has the key struck out.
 */
import { ModelError, type ModelErrorDetails, type ModelErrorKind } from '../model-error.ts';

/** What a failure is judged by. */
export interface FailureReport {
  /** Whose failure, for the message: name and address. */
  readonly label: string;
  /** HTTP status, or the code that an error object in a stream had. */
  readonly status: number | undefined;
  readonly body: string;
  readonly retryAfterMilliseconds?: number | undefined;
  /** `x-should-retry`: the server says itself whether asking again may help. */
  readonly shouldRetry?: boolean | undefined;
  readonly apiKey?: string | undefined;
}

const BODY_KEPT = 2_000;
const MESSAGE_KEPT = 400;

/** What servers call a prompt, or prompt and reply, too long for the model. */
const contextLength =
  /context[_ ](?:length|window|limit|size)|maximum model length|max_model_len|input token count|prompt is too long|too many tokens/i;
/** Codes for an answer refused because of its content. */
const refusal = /content[_ ](?:filter|policy)|moderation|flagged|safety/i;
/** A limit that no waiting lifts. */
const outOfCredit = /insufficient_quota|insufficient (?:credits|balance|funds)|billing/i;

export function failureOf(report: FailureReport): ModelError {
  const body = withoutKey(report.body, report.apiKey);
  const said = messageOf(body);
  const { kind, isRetryable } = classify(report, body);
  const status = report.status === undefined ? '' : `${report.status} `;
  const details: ModelErrorDetails = {
    kind,
    isRetryable: report.shouldRetry ?? isRetryable,
    ...(report.status === undefined ? {} : { status: report.status }),
    ...(report.retryAfterMilliseconds === undefined
      ? {}
      : { retryAfterMilliseconds: report.retryAfterMilliseconds }),
    body: body.slice(0, BODY_KEPT),
  };
  return new ModelError(`${report.label}: ${status}${said}`, details);
}

function classify(
  report: FailureReport,
  body: string,
): { readonly kind: ModelErrorKind; readonly isRetryable: boolean } {
  const { status } = report;
  const hasHint = report.retryAfterMilliseconds !== undefined;
  const final = (kind: ModelErrorKind) => ({ kind, isRetryable: false });
  const passing = (kind: ModelErrorKind) => ({ kind, isRetryable: true });
  if (status === 429) return outOfCredit.test(body) ? final('authentication') : passing('overloaded');
  if (status === 529 || (status === 503 && hasHint)) return passing('overloaded');
  // No credit; with a hint it is a limit on what is under way (OpenRouter).
  if (status === 402) return hasHint ? passing('overloaded') : final('authentication');
  if (status === 403 && refusal.test(body)) return final('refused');
  if (status === 401 || status === 403) return final('authentication');
  if (status === 408 || status === 409 || status === 425) return passing('server');
  if (status !== undefined && status >= 500) {
    return contextLength.test(body) ? final('context-length') : passing('server');
  }
  if (contextLength.test(body)) return final('context-length');
  if (refusal.test(body)) return final('refused');
  return status === undefined ? passing('server') : final('invalid-request');
}

/** An error object inside a stream: OpenAI's `{message, type, code}`, OpenRouter's with a status as `code`, a text. */
export function failureInStream(error: unknown, label: string, apiKey?: string): ModelError {
  const body = typeof error === 'string' ? error : JSON.stringify(error);
  return failureOf({ label: `${label}, inside the stream`, status: statusOf(error), body, apiKey });
}

function statusOf(error: unknown): number | undefined {
  if (!isRecord(error)) return undefined;
  for (const candidate of [error.code, error.status, error.status_code]) {
    const status = typeof candidate === 'string' ? Number(candidate) : candidate;
    if (typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599)
      return status;
  }
  return error.type === 'rate_limit_exceeded' || error.code === 'rate_limit_exceeded' ? 429 : undefined;
}

/** The human part of an error's body: JSON in the forms in use, the title of a page, or the text itself. */
function messageOf(body: string): string {
  const text = messageIn(parseJson(body)) ?? /<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? body;
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? 'an empty answer' : line.slice(0, MESSAGE_KEPT);
}

function messageIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return messageIn(value[0]);
  if (!isRecord(value)) return undefined;
  if (typeof value.message === 'string') return value.message;
  if (typeof value.error === 'string') return value.error;
  if (typeof value.detail === 'string') return value.detail;
  return messageIn(value.error) ?? messageIn(value.detail);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: a page of a proxy, or plain text. The caller shows it as it is.
    return undefined;
  }
}

/** The key struck out, also where only its beginning is repeated. */
export function withoutKey(text: string, apiKey: string | undefined): string {
  if (apiKey === undefined || apiKey === '') return text;
  const whole = text.replaceAll(apiKey, '[key]');
  return apiKey.length < 16 ? whole : whole.replaceAll(apiKey.slice(0, 12), '[key]');
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
