/**
 * Who grades. The name is kept for the tab, so that two people can grade in two tabs of one browser, and offered again in a new one.
 */
import { useState } from 'preact/hooks';

const key = 'qed-grader';

export function useGrader(): readonly [grader: string, setGrader: (name: string) => void] {
  const [grader, setGrader] = useState(() => stored(sessionStorage));
  return [
    grader,
    (name) => {
      setGrader(name);
      store(sessionStorage, name);
      if (name !== '') store(localStorage, name);
    },
  ];
}

/** The name that was used in this browser last. */
export function lastGrader(): string {
  return stored(localStorage);
}

function stored(storage: Storage): string {
  try {
    return storage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function store(storage: Storage, name: string): void {
  try {
    storage.setItem(key, name);
  } catch {
    // Storage may be forbidden; the name then lasts as long as the page.
  }
}
