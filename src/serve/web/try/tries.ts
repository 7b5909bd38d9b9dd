/**
 * Proofs that are searched from the web app: each a run directory of its own below the served folder, made by the code of
 * `qed prove`, so that nothing is lost and the same request goes on. Whoever watches sees the same; closing stops them all, and
 * what was paid for is on record.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeProblems } from '../../../bench/run-files.ts';
import { writeFileAtomic } from '../../../journal/atomic-file.ts';
import { RunDirectoryInUseError } from '../../../journal/errors.ts';
import { openJournal } from '../../../journal/open-journal.ts';
import { ModelError } from '../../../model/model-error.ts';
import { budgetText } from '../../../prove/budget.ts';
import { markdownToHtml } from '../../../prove/markdown-html.ts';
import { createMathematics } from '../../../prove/mathematics.ts';
import { ProofFiles } from '../../../prove/proof-files.ts';
import { type AttemptOutcome, proveProblems } from '../../../prove/prove-problems.ts';
import type { SpendMeter } from '../../../prove/within-budgets.ts';
import { packageVersion } from '../../../recipe/package-version.ts';
import { createScaffold } from '../../../scaffold/create-scaffold.ts';
import { promptSet } from '../../../scaffold/prompt-set.ts';
import type { TryEnd, TryRun } from '../../../view/api/try.ts';
import { NotFoundError } from '../../../view/not-found-error.ts';
import { safeHtml } from '../../../view/safe-html.ts';
import { safeName } from '../../../view/safe-name.ts';
import { whyNotRun } from '../../../view/try/try-choices.ts';
import type { Workplace } from '../../../view/workplace.ts';
import { ApiError } from '../../api-error.ts';
import type { TrySetup } from './try-setup.ts';
import { WatchedState } from './try-state.ts';

/** Runs at once: each may load a model. */
const mostAtOnce = 2;
/** Ended runs whose end is remembered; their directories stay in any case. */
const mostEnded = 20;
const graceSeconds = 3;
const tellMilliseconds = 150;

interface Try {
  readonly state: WatchedState;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

export class Tries {
  readonly #workplace: Workplace;
  readonly #tries = new Map<string, Try>();
  #isClosed = false;

  constructor(workplace: Workplace) {
    this.#workplace = workplace;
  }

  /** Begins it, or gives the run that is under way with the same. Throws an ApiError of 409 where nothing more can be run. */
  start(setup: TrySetup): TryRun {
    const why = this.#isClosed ? 'the server is closing' : whyNotRun(this.#workplace);
    if (why !== null) throw refused(why);
    const run = safeName(setup.name);
    const answer: TryRun = { run, directory: setup.name };
    const before = this.#tries.get(run);
    if (before !== undefined && before.state.now().phase !== 'ended') return answer;
    const running = [...this.#tries.values()].filter(({ state }) => state.now().phase !== 'ended');
    if (running.length >= mostAtOnce)
      throw refused(`${running.length} proofs are being searched already; stop one, or wait for its end`);
    const state = new WatchedState({
      run,
      problem: safeHtml(markdownToHtml(setup.request.problem, createMathematics())),
      model: setup.main.name,
      scaffold: setup.identity.scaffold,
      budget: budgetText(setup.budgets.run),
      attempts: setup.request.attempts,
    });
    const stopping = new AbortController();
    for (const remark of setup.remarks) state.remark(remark);
    const ended = this.#work(setup, state, stopping.signal).then(
      (end) => state.end(end),
      (error: unknown) => state.end(endOfError(error)),
    );
    this.#tries.delete(run);
    this.#tries.set(run, { state, stopping, ended });
    this.#forget();
    return answer;
  }

  /** Throws a NotFoundError. */
  state(run: string): WatchedState {
    return this.#find(run).state;
  }

  /** Asks it to stop; what is in flight has some seconds, and the best proof so far is kept. Throws a NotFoundError. */
  stop(run: string): void {
    const { state, stopping } = this.#find(run);
    if (state.now().phase === 'ended' || stopping.signal.aborted) return;
    state.phase('stopping');
    stopping.abort();
  }

  /** Resolves when everything has stopped and is on disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { stopping } of this.#tries.values()) stopping.abort();
    await Promise.all([...this.#tries.values()].map(({ ended }) => ended));
  }

  #find(run: string): Try {
    const found = this.#tries.get(run);
    if (found !== undefined) return found;
    throw new NotFoundError(
      `no proof is being searched in ${run}; what it has found is on the page of the run`,
    );
  }

  #forget(): void {
    const ended = [...this.#tries].filter(([, { state }]) => state.now().phase === 'ended');
    for (const [run] of ended.slice(0, Math.max(0, ended.length - mostEnded))) this.#tries.delete(run);
  }

  async #work(setup: TrySetup, state: WatchedState, stopping: AbortSignal): Promise<TryEnd> {
    const { identity, given, main, byRole, budgets, request } = setup;
    const directory = path.join(this.#workplace.root, setup.name);
    mkdirSync(directory, { recursive: true });
    const open: { close?(): Promise<void> }[] = [];
    let meter: SpendMeter | undefined;
    const isPriced = [main, ...byRole.values()].every(({ price }) => price !== undefined);
    const tell = setInterval(() => {
      state.flush();
      if (meter === undefined) return;
      const { tokens, dollars, seconds } = meter.read();
      state.spent({ tokens, seconds, dollars: isPriced ? dollars : null });
    }, tellMilliseconds);
    try {
      const journal = await openJournal(directory, { onWarning: (message) => state.remark(message) });
      open.push(journal);
      await writeFileAtomic(path.join(directory, 'prove.json'), `${JSON.stringify(identity, null, 2)}\n`);
      await writeProblems(directory, given.problems);
      const opened = async (model: typeof main) => {
        const own = await model.open({
          onEvent: (event) => {
            if (event.kind === 'retry')
              state.remark(
                `${event.error instanceof Error ? event.error.message : String(event.error)}; trying again`,
              );
          },
        });
        open.push(own);
        return own;
      };
      const model = await opened(main);
      const ofRoles = new Map<string, typeof model>();
      for (const [role, one] of byRole) ofRoles.set(role, await opened(one));
      const files = await ProofFiles.open(setup, {
        ...{ directory, output: directory, attempts: request.attempts, isPriced, journal },
        version: packageVersion(),
        onFailure: (error) => state.remark(error instanceof Error ? error.message : String(error)),
      });
      if (!stopping.aborted) state.phase('running');
      const { attempts } = await proveProblems(
        {
          problems: given.problems,
          attempts: request.attempts,
          parallel: 1,
          scaffold: createScaffold(identity.scaffold, {}, promptSet(identity.asks)),
          models: { main: model, byRole: ofRoles },
          ...{ maxTokens: identity.maxTokens, temperature: identity.temperature, seed: identity.seed },
          ...(Object.keys(identity.sampling).length === 0 ? {} : { sampling: identity.sampling }),
          ...{ budgets, journal, stopping, graceSeconds },
          keepTraces: false,
          onEvent: (event) => {
            state.event(event);
            if (event.kind === 'attempt-ended') files.attemptEnded(event);
          },
        },
        (read) => {
          meter = read;
        },
      );
      await files.written();
      return endOf(attempts.flat());
    } finally {
      clearInterval(tell);
      for (const thing of open.toReversed()) await thing.close?.();
    }
  }
}

function endOf(attempts: readonly AttemptOutcome[]): TryEnd {
  const failed = attempts.find((one) => one.status === 'failed');
  if (failed?.status === 'failed') return endOfError(failed.error);
  const proofs = attempts.filter((one) => 'proof' in one && one.proof !== undefined).length;
  const found =
    proofs === 0 ? 'There is no proof' : proofs === 1 ? 'There is a proof' : `There are ${proofs} proofs`;
  if (attempts.some(({ status }) => status === 'stopped' || status === 'waiting'))
    return {
      status: 'stopped',
      text: `It was stopped. ${found} so far.`,
      wayOut: 'The same again goes on from here.',
    };
  if (attempts.some(({ status }) => status === 'budget'))
    return {
      status: 'budget',
      text: `The budget has ended. ${found} so far.`,
      wayOut: 'The same with a larger budget goes on from here.',
    };
  const why = attempts.flatMap((one) => ('why' in one ? [one.why] : []))[0] ?? '';
  return { status: 'finished', text: `${found}: ${why}.`, wayOut: null };
}

function endOfError(error: unknown): TryEnd {
  const text = error instanceof Error ? error.message : String(error);
  const kind = error instanceof ModelError ? error.kind : undefined;
  const ways: Partial<Record<string, string>> = {
    authentication:
      'Set the key in the environment and start qed serve again; then the same goes on from here.',
    connection: 'See that the endpoint is running; the same again goes on from here.',
    'context-length': 'Choose fewer tokens of a reply, or a scaffold that quotes less.',
    overloaded: 'Wait a while; the same again goes on from here.',
  };
  const wayOut =
    error instanceof RunDirectoryInUseError
      ? 'Look at the run on its page, or wait for its end.'
      : (ways[kind ?? ''] ?? 'What was paid for is on record; the same again goes on from here.');
  return { status: 'failed', text, wayOut };
}

function refused(message: string): ApiError {
  return new ApiError(message, { status: 409, type: 'invalid_request_error', code: 'not_possible' });
}
