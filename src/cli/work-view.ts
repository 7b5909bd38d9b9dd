/**
 * What a person sees of work on many things: on a terminal a line of counts and spend that is redrawn in place, elsewhere
 * a line for each thing. Nothing depends on it.
 */
import type { Budgets, SpendMeter } from '../prove/within-budgets.ts';
import { everyInterval, LiveFrame } from './live-frame.ts';
import { isColorWanted, type ProgressStream } from './progress-view.ts';
import { spendLine } from './prove-view.ts';
import { plainLine } from './text.ts';

export interface WorkView<Word extends string> {
  /** One more of these. The text is a line where nothing is redrawn; a loud one stands on a terminal too. */
  count(word: Word, text?: string, loud?: 'loud'): void;
  /** How many there are in all, where it is found out later. */
  total(count: number): void;
  meter(meter: SpendMeter): void;
  remark(text: string): void;
  close(): void;
}

/** `words` are what is counted, in the order in which they are shown; the first is shown from the beginning. */
export function workView<const Word extends string>(
  stream: ProgressStream,
  environment: Readonly<Record<string, string | undefined>>,
  options: {
    readonly words: readonly Word[];
    readonly total?: number;
    readonly budgets: Budgets;
    readonly isPriced: boolean;
  },
): WorkView<Word> {
  const isTerminal = stream.isTTY === true && environment.TERM !== 'dumb';
  const screen = isTerminal ? new LiveFrame(stream, isColorWanted(environment)) : undefined;
  const counts = new Map<Word, number>();
  let { total } = options;
  let meter: SpendMeter | undefined;
  let closed = false;
  const head = (): string => {
    const parts = options.words.flatMap((word, index) => {
      const count = counts.get(word) ?? 0;
      return index === 0 || count > 0 ? [`${count} ${word}`] : [];
    });
    return `${parts.join('  ')}${total === undefined ? '' : ` of ${total}`}`;
  };
  const draw = (remark?: string): void => {
    if (closed || screen === undefined) return;
    const spent = meter?.read();
    const spend = spent === undefined ? '' : `  ${spendLine(spent, options)}`;
    screen.draw([[{ text: head(), style: 'bold' }, { text: spend }]], remark);
  };
  const remark = (text: string): void => {
    if (closed) return;
    if (screen === undefined) stream.write(`${plainLine(text)}\n`);
    else draw(plainLine(text));
  };
  const stopTicking = screen === undefined ? () => undefined : everyInterval(150, () => draw());
  return {
    remark,
    count: (word, text, loud) => {
      counts.set(word, (counts.get(word) ?? 0) + 1);
      if (text !== undefined && (screen === undefined || loud !== undefined)) remark(text);
    },
    total: (count) => {
      total = count;
    },
    meter: (given) => {
      meter = given;
    },
    close: () => {
      draw();
      closed = true;
      stopTicking();
    },
  };
}
