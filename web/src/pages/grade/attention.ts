/** Seconds that somebody has looked at something: not while the page is hidden or in the background, nor long after the last sign of life. */
import { useEffect, useRef } from 'preact/hooks';

/** Seconds without a key, a click or a scroll after which nobody is taken to be reading. */
const longestStill = 120;

/** `onSecond` is called once a second of attention. */
export function useAttention(onSecond: () => void): void {
  const call = useRef(onSecond);
  call.current = onSecond;
  useEffect(() => {
    let still = 0;
    const alive = (): void => {
      still = 0;
    };
    const signs = ['keydown', 'pointermove', 'pointerdown', 'wheel', 'scroll', 'touchmove'] as const;
    for (const sign of signs) addEventListener(sign, alive, { passive: true });
    const timer = setInterval(() => {
      if (document.visibilityState === 'hidden' || !document.hasFocus()) return;
      still += 1;
      if (still <= longestStill) call.current();
    }, 1000);
    return () => {
      clearInterval(timer);
      for (const sign of signs) removeEventListener(sign, alive);
    };
  }, []);
}
