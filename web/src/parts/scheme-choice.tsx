/** Light, dark, or as the system has it. */
import { useEffect, useState } from 'preact/hooks';

const schemes = ['system', 'light', 'dark'] as const;
type Scheme = (typeof schemes)[number];
const signs: Readonly<Record<Scheme, string>> = { system: '◐', light: '○', dark: '●' };

export function SchemeChoice() {
  const [scheme, setScheme] = useState<Scheme>(storedScheme);
  useEffect(() => {
    document.documentElement.dataset.scheme = scheme;
    try {
      localStorage.setItem('qed-scheme', scheme);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
    dispatchEvent(new Event('qed-scheme'));
  }, [scheme]);
  const next = schemes[(schemes.indexOf(scheme) + 1) % schemes.length] ?? 'system';
  return (
    <button
      type="button"
      class="scheme-choice"
      aria-label={`Colours: ${scheme}. Change to ${next}`}
      title={`Colours: ${scheme}`}
      onClick={() => setScheme(next)}
    >
      {signs[scheme]}
    </button>
  );
}

function storedScheme(): Scheme {
  try {
    const stored = localStorage.getItem('qed-scheme');
    return schemes.find((scheme) => scheme === stored) ?? 'system';
  } catch {
    return 'system';
  }
}
