/**
 * Text on a terminal: how wide it is, cut to a width, coloured or not; and durations as people say them. What
 * comes from elsewhere (a remark, a model's words) cannot move the cursor or change colours.
 */
import { stripVTControlCharacters, styleText } from 'node:util';

export type Style = 'green' | 'cyan' | 'yellow' | 'red' | 'dim' | 'bold' | undefined;

/** A piece of a line with one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

// Blocks that terminals draw two columns wide (Unicode East Asian Width W and F), and emoji.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const combining = /\p{Mark}|\u200d/u;

/** Columns that `text` takes up. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The spans as one string of at most `width` columns; what does not fit ends in `…`. */
export function fitSpans(spans: readonly Span[], width: number, color: boolean): string {
  const whole = spans.reduce((sum, span) => sum + displayWidth(span.text), 0);
  let left = whole <= width ? width : width - 1;
  let line = '';
  for (const { text, style } of spans) {
    let kept = '';
    for (const character of text) {
      if (widthOf(character) > left) {
        left = -1;
        break;
      }
      left -= widthOf(character);
      kept += character;
    }
    line += paint(kept, style, color);
    if (left < 0) break;
  }
  return whole <= width || width < 1 ? line : `${line}…`;
}

export function paint(text: string, style: Style, color: boolean): string {
  return color && style !== undefined && text !== ''
    ? styleText(style, text, { validateStream: false })
    : text;
}

/** One line without control characters. */
export function plainLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Control}\u2028\u2029]+/gu, ' ')
    .trim();
}

/** `0.4 s`, `45 s`, `2 min 5 s`, `1 h 3 min`. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
