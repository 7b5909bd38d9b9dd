/**
 * What models are asked about rows, in QED's words: the files of `prompts/curate/`, each checked when it is read.
 * FENCED-CANDIDATE: all that others wrote goes in as judged texts, so no statement can hold a verdict of its own.
 */
import path from 'node:path';
import { loadPrompts, PROMPTS_DIRECTORY, type PromptLibrary } from '../prompt/prompt-library.ts';

export interface CuratePrompts {
  rubric(row: { readonly problem: string; readonly solutions: readonly string[] }): string;
  rubricAgain(complaint: string): string;
  review(row: {
    readonly problem: string;
    readonly solutions: readonly string[];
    readonly comments: readonly string[];
  }): string;
  reviewAgain(complaint: string): string;
  /** First digits of the digests of these files. */
  digest(...names: readonly string[]): string;
}

/** Throws an Error that names the file where one is missing or not as it must be. */
export function curatePrompts(
  library: PromptLibrary = loadPrompts(path.join(PROMPTS_DIRECTORY, 'curate')),
): CuratePrompts {
  const rubric = library.bind('rubric', { problem: 'judged', solutions: 'judged list' }, 'tagged scheme');
  const rubricAgain = library.bind('rubric-again', { complaint: 'text' }, 'message');
  const review = library.bind(
    'review',
    { problem: 'judged', solutions: 'judged list', comments: 'judged list' },
    'tagged review',
  );
  const reviewAgain = library.bind('review-again', { complaint: 'text' }, 'message');
  return {
    rubric,
    rubricAgain: (complaint) => rubricAgain({ complaint }),
    review,
    reviewAgain: (complaint) => reviewAgain({ complaint }),
    digest: (...names) => names.map((name) => (library.versions[name] ?? '').slice(0, 8)).join('-'),
  };
}
