/** The keys, over the page until Escape or the button closes them. */
import { useEffect, useRef } from 'preact/hooks';
import { keyTable } from './keys.ts';

export function Help({ onClose }: { readonly onClose: () => void }) {
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    place.current?.showModal();
  }, []);
  return (
    <dialog class="grade-help" ref={place} onClose={onClose} aria-label="Keys">
      <h2>Keys</h2>
      <dl>
        {keyTable.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => place.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
