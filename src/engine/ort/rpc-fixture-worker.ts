/**
 * A small service for the tests of `rpc.ts`: one thing of every kind that a real worker does, good and bad.
 */
import { serve } from './rpc.ts';

export type FixtureService = {
  double(values: Float32Array): Float32Array;
  fail(message: string): void;
  failAsSystem(code: string): void;
  uncloneable(argument: undefined): unknown;
  exit(code: number): void;
  throwLater(message: string): Promise<void>;
  waitForAbort(argument: undefined): Promise<string>;
  log(entry: string): Promise<readonly string[]>;
  meet(argument: undefined): Promise<number>;
};

const entries: string[] = [];
const met = Promise.withResolvers<number>();
let arrived = 0;

serve<FixtureService>(
  {
    double(values, context) {
      const doubled = values.map((value) => 2 * value);
      context.transfer(doubled.buffer);
      return doubled;
    },
    fail(message) {
      throw new RangeError(message);
    },
    failAsSystem(code) {
      throw Object.assign(new Error(`${code}: as the system says`), { code });
    },
    uncloneable: () => () => 0,
    exit(code) {
      process.exit(code);
    },
    throwLater(message) {
      setImmediate(() => {
        throw new Error(message);
      });
      return new Promise(() => {});
    },
    waitForAbort: (_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          entries.push('aborted');
          resolve('aborted');
        });
      }),
    async log(entry) {
      entries.push(`${entry} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      entries.push(`${entry} ends`);
      return [...entries];
    },
    meet() {
      arrived += 1;
      if (arrived === 2) met.resolve(arrived);
      return met.promise;
    },
  },
  {
    order: process.env.QED_FIXTURE_ORDER === 'concurrent' ? 'concurrent' : 'serial',
    onClose: async () => {
      if (process.env.QED_FIXTURE_CLOSE === 'fail') throw new Error('the last save failed');
    },
  },
);
