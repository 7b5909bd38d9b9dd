/** A suite that cannot be had or read as asked. The message says what is wrong and what to do; no stack is needed. */
export class SuiteError extends Error {
  override readonly name = 'SuiteError';
}
