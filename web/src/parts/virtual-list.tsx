/**
 * A long list of which only what is looked at is in the page. Rows may have any height; they are measured when they come
 * into view. The list is a box of its own that scrolls, and can be scrolled with the keyboard.
 */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useReducer, useRef } from 'preact/hooks';

export interface VirtualListProps {
  readonly count: number;
  readonly label: string;
  /** Guess of a row's height in CSS pixels. */
  readonly rowHeight: number;
  readonly row: (index: number) => ComponentChildren;
  /** A row to bring into view. */
  readonly shown?: number | undefined;
  readonly class?: string;
}

export function VirtualList({ count, label, rowHeight, row, shown, class: name = '' }: VirtualListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [, draw] = useReducer((turn: number, _: undefined) => turn + 1, 0);
  const options = {
    count,
    estimateSize: () => rowHeight,
    getScrollElement: () => box.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    overscan: 8,
    onChange: () => draw(undefined),
  };
  const list = useMemo(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options), []);
  list.setOptions(options);
  useEffect(() => list._didMount(), [list]);
  useEffect(() => list._willUpdate());
  useEffect(() => {
    if (shown !== undefined) list.scrollToIndex(shown, { align: 'auto' });
  }, [list, shown]);
  return (
    <div class={`virtual-list ${name}`} ref={box} role="list" aria-label={label} tabIndex={0}>
      <div class="virtual-list-all" style={{ height: `${list.getTotalSize()}px` }}>
        {list.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={key}
            role="listitem"
            aria-setsize={count}
            aria-posinset={index + 1}
            class="virtual-list-row"
            data-index={index}
            ref={(element) => list.measureElement(element)}
            style={{ transform: `translateY(${start}px)` }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
