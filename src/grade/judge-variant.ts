/**
 * A judge with other settings, as text again: what `qed calibrate` measures is then what `rl.grader` and `--judge` take, to
 * the letter.
 */
import type { ReasoningEffort } from '../model/chat-model.ts';
import { judgePresets } from './judge-presets.ts';
import type { JudgeStyle } from './judge-settings.ts';
import { type JudgeSpec, parseJudgeSpec } from './judge-spec.ts';
import { judgeSpecNames } from './resolve-judge.ts';

export interface JudgeVariant {
  readonly style?: JudgeStyle;
  readonly reference?: boolean;
  readonly effort?: ReasoningEffort;
}

/**
 * Throws a JudgeSpecError. What the spec says of the same settings is replaced.
 *
 * @example judgeVariant('rl(style=opc)', { style: 'gimo', reference: true }) // 'rl(style=gimo,reference=true)'
 */
export function judgeVariant(spec: string, variant: JudgeVariant): string {
  const parsed = parseJudgeSpec(spec, [...judgeSpecNames, 'model']);
  return specText({ ...parsed, ...withSettings(parsed, variant) });
}

/** What is said of the members of an ensemble would win over what is said of the whole. */
function withSettings(spec: JudgeSpec, variant: JudgeVariant): JudgeSpec {
  const names = Object.keys(variant);
  const without = (settings: JudgeSpec['settings']): JudgeSpec['settings'] =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
  return {
    model: spec.model,
    settings: { ...without(spec.settings), ...variant },
    members: spec.members.map((member) => ({ ...member, settings: without(member.settings) })),
  };
}

/** How a person writes it. */
export function specText({ model, settings, members }: JudgeSpec): string {
  const inside = [
    ...members.map(specText),
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ];
  if (model === undefined) return `ensemble(${inside.join(',')})`;
  return inside.length === 0 ? model : `${model}(${inside.join(',')})`;
}

/** The reasoning effort that a spec asks for, where its text or its preset says one. */
export function effortOf(spec: string): string | undefined {
  const { model, settings } = parseJudgeSpec(spec, [...judgeSpecNames, 'model']);
  if (settings.effort !== undefined) return String(settings.effort);
  const whole =
    model !== undefined && Object.hasOwn(judgePresets, model) ? judgePresets[model]?.spec : undefined;
  return /reasoningEffort=(\w+)/.exec(
    settings.model === undefined ? (whole ?? model ?? '') : String(settings.model),
  )?.[1];
}
