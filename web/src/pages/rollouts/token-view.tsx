/**
 * The tokens of an attempt as coloured text. Only the lines in view are in the page. Pointing at a token, or going there with the
 * arrow keys, tells what it is.
 */
import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RolloutAttempt } from '../../../../src/view/api/rollouts.ts';
import { type Colouring, probabilityClass, ratioClass, spanAt, versionClass } from './token-colours.ts';
import { TokenFacts } from './token-facts.tsx';
import { lineOfToken, type TokenLine, tokenLines } from './token-lines.ts';
import type { Tokens } from './use-tokens.ts';

const lineHeight = 22;
/** Lines drawn above and below what is in view. */
const spare = 12;
const padding = 8;

export interface TokenViewProps {
  readonly tokens: Tokens;
  readonly attempt: RolloutAttempt;
  readonly colouring: Colouring;
}

export function TokenView({ tokens, attempt, colouring }: TokenViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const columns = useColumns(box);
  const [first, setFirst] = useState(0);
  const [seen, setSeen] = useState(20);
  const [at, setAt] = useState<number | undefined>();
  const lines = useMemo(() => tokenLines(tokens.pieces, columns), [tokens.pieces, columns]);
  const classes = useMemo(() => classesOf(tokens, attempt, colouring), [tokens, attempt, colouring]);
  const follow = (): void => {
    const element = box.current;
    if (element === null) return;
    // Every fourth line is often enough, for some are drawn in advance.
    setFirst(4 * Math.floor(element.scrollTop / lineHeight / 4));
    setSeen(Math.ceil(element.clientHeight / lineHeight));
  };
  useLayoutEffect(follow, [lines]);
  const from = Math.max(0, first - spare);
  const shown = lines.slice(from, first + seen + spare);
  const go = (token: number): void => {
    const to = Math.min(tokens.ids.length - 1, Math.max(0, token));
    setAt(to);
    bringIntoView(box.current, lineOfToken(lines, to));
  };
  return (
    <>
      <div
        class={`rollouts-tokens by-${colouring}`}
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={`Tokens of attempt ${attempt.index + 1}; the arrow keys go from token to token`}
        onScroll={follow}
        onKeyDown={(event) => {
          const to = tokenAfter(event.key, at, lines, tokens.ids.length);
          if (to === undefined) return;
          event.preventDefault();
          go(to);
        }}
        onPointerMove={(event) => {
          const token = (event.target as HTMLElement).dataset.t;
          if (token !== undefined) setAt(Number(token));
        }}
      >
        <div class="rollouts-lines" style={{ height: `${lines.length * lineHeight + 2 * padding}px` }}>
          <div style={{ transform: `translateY(${from * lineHeight + padding}px)` }}>
            {shown.map((line, index) => (
              <Line key={from + index} line={line} classes={classes} at={isIn(line, at) ? at : undefined} />
            ))}
          </div>
        </div>
      </div>
      <TokenFacts tokens={tokens} attempt={attempt} at={at} />
    </>
  );
}

function isIn(line: TokenLine, at: number | undefined): boolean {
  return at !== undefined && line.some(({ token }) => token === at);
}

const Line = memo(
  ({
    line,
    classes,
    at,
  }: {
    readonly line: TokenLine;
    readonly classes: readonly string[];
    readonly at: number | undefined;
  }) => (
    <div class="rollouts-line">
      {line.map(({ token, text }) => (
        <span key={token} data-t={token} class={token === at ? `${classes[token]} at` : classes[token]}>
          {text}
        </span>
      ))}
    </div>
  ),
);

function classesOf(tokens: Tokens, { spans }: RolloutAttempt, colouring: Colouring): string[] {
  if (colouring === 'log-prob') return tokens.logProbs.map(probabilityClass);
  if (colouring === 'ratio') return tokens.logRatios.map(ratioClass);
  return tokens.ids.map((_, token) => versionClass(spanAt(spans, token)));
}

/** Where a key leads to. */
function tokenAfter(
  key: string,
  at: number | undefined,
  lines: readonly TokenLine[],
  count: number,
): number | undefined {
  if (at === undefined) return key.startsWith('Arrow') || key === 'Home' ? 0 : undefined;
  const line = lineOfToken(lines, at);
  const inLine = (wanted: number): number => {
    const there = lines[Math.min(lines.length - 1, Math.max(0, wanted))] ?? [];
    const place = lines[line]?.findIndex(({ token }) => token === at) ?? 0;
    return (there[Math.min(place, there.length - 1)] ?? there[0])?.token ?? at;
  };
  switch (key) {
    case 'ArrowRight':
      return at + 1;
    case 'ArrowLeft':
      return at - 1;
    case 'ArrowDown':
      return inLine(line + 1);
    case 'ArrowUp':
      return inLine(line - 1);
    case 'PageDown':
      return inLine(line + 20);
    case 'PageUp':
      return inLine(line - 20);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function bringIntoView(element: HTMLDivElement | null, line: number): void {
  if (element === null) return;
  const [top, bottom] = [line * lineHeight, (line + 1) * lineHeight + 2 * padding];
  if (top < element.scrollTop) element.scrollTop = top;
  else if (bottom > element.scrollTop + element.clientHeight)
    element.scrollTop = bottom - element.clientHeight;
}

/** How many characters of the fixed pitch fit into the box. */
function useColumns(box: { readonly current: HTMLDivElement | null }): number {
  const [columns, setColumns] = useState(60);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const probe = document.createElement('span');
      probe.textContent = '0'.repeat(50);
      probe.className = 'rollouts-probe';
      element.append(probe);
      const width = probe.getBoundingClientRect().width / 50;
      probe.remove();
      setColumns(Math.max(16, Math.floor((element.clientWidth - 24) / (width || 8))));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return columns;
}
