/**
 * What judges are asked, in QED's words: the files of `prompts/judges/`, each checked when it is read. FENCED-CANDIDATE:
 * the proof goes in as a judged text, everything else that others wrote as a fenced one.
 */
import path from 'node:path';
import { loadPrompts, PROMPTS_DIRECTORY, type PromptLibrary } from '../prompt/prompt-library.ts';
import { type JudgeStyle, judgeStyleNames } from './judge-settings.ts';
import type { Scale } from './scale.ts';

/** What goes into a judge's first message. */
export interface ProofMaterial {
  readonly problem: string;
  readonly proof: string;
  readonly scheme: string | undefined;
  readonly guidelines: string | undefined;
  readonly reference: string | undefined;
}

export interface JudgePrompts {
  grade(style: JudgeStyle, scale: Scale, material: ProofMaterial): string;
  again(complaint: string, wanted: { readonly words: string; readonly tag: string }): string;
  discuss(
    others: { readonly reports: readonly string[]; readonly points: readonly number[] },
    scale: Scale,
  ): string;
  answer(material: {
    readonly problem: string | undefined;
    readonly expected: string;
    readonly given: string;
  }): string;
  /** SHA-256 of each file, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

export const JUDGE_PROMPTS_DIRECTORY = path.join(PROMPTS_DIRECTORY, 'judges');

/** Throws an Error that names the file where one is missing or not as it must be. */
export function judgePrompts(library: PromptLibrary = loadPrompts(JUDGE_PROMPTS_DIRECTORY)): JudgePrompts {
  const styles = new Map(
    judgeStyleNames.map((style) => [
      style,
      library.bind(
        style,
        {
          ...{ problem: 'fenced', scheme: 'optional fenced', guidelines: 'optional fenced' },
          ...{ reference: 'optional fenced', proof: 'judged', steps: 'optional text', scale: 'text' },
        },
        'tagged points',
      ),
    ]),
  );
  const scales = {
    points: library.bind('scale-points', { rubric: 'optional text' }, 'part'),
    levels: library.bind('scale-levels', { rubric: 'optional text' }, 'part'),
  };
  const steps = library.bind('steps', {}, 'part');
  const again = library.bind('again', { complaint: 'text', scale: 'text', tag: 'text' }, 'message');
  const discuss = library.bind(
    'discuss',
    { reports: 'judged list', points: 'text', scale: 'text' },
    'tagged points',
  );
  const answer = library.bind(
    'answer',
    { problem: 'optional fenced', expected: 'fenced', given: 'judged' },
    'tagged verdict',
  );
  return {
    grade(style, scale, material) {
      const fill = styles.get(style);
      if (fill === undefined) throw new RangeError(`there is no style ${style}`);
      const { scheme, guidelines } = material;
      const rubric = [
        ...(scheme === undefined ? [] : ['the scheme']),
        ...(guidelines === undefined ? [] : ['the guidelines']),
      ].join(' and ');
      return fill({
        ...material,
        // On four levels items do not add up.
        steps: scheme !== undefined && scale.name === 'points' ? steps({}) : undefined,
        scale: scales[scale.name]({ rubric: rubric === '' ? undefined : rubric }),
      });
    },
    again: (complaint, { words, tag }) => again({ complaint, scale: words, tag }),
    discuss: ({ reports, points }, { words }) =>
      discuss({ reports, points: points.join(', '), scale: words }),
    answer,
    versions: library.versions,
  };
}
