/**
 * Characters that stand for TeX: `½`, `√`, `x²`, `≤`, `ℝ`, fullwidth digits, the many minus signs. What comes out is
 * TeX in ASCII, with what has no meaning to a comparison (mathematics marks, thin spaces within numbers) taken out.
 */

const characters: Readonly<Record<string, string>> = {
  ...{ '−': '-', '–': '-', '—': '-', '‐': '-', '‑': '-', '﹣': '-', '－': '-' },
  ...{ '×': '\\times ', '·': '\\cdot ', '⋅': '\\cdot ', '∙': '\\cdot ', '∗': '*', '÷': '\\div ' },
  ...{ '√': '\\sqrt ', '∛': '\\sqrt[3]', '∜': '\\sqrt[4]', '∞': '\\infty ', '±': '\\pm ', '∓': '\\mp ' },
  ...{ '≤': '\\le ', '≥': '\\ge ', '⩽': '\\le ', '⩾': '\\ge ', '≦': '\\le ', '≧': '\\ge ', '≠': '\\ne ' },
  ...{ '≡': '\\equiv ', '≈': '\\approx ', '∈': '\\in ', '∉': '\\notin ', '∪': '\\cup ', '∩': '\\cap ' },
  ...{ '∖': '\\setminus ', '∅': '\\emptyset ', '⌀': '\\emptyset ', '∣': '|', '⁄': '/', '∕': '/' },
  ...{ '⌊': '\\lfloor ', '⌋': '\\rfloor ', '⌈': '\\lceil ', '⌉': '\\rceil ', '⟨': '(', '⟩': ')' },
  ...{ '→': '\\to ', '↦': '\\mapsto ', '⇒': '\\implies ', '∀': '\\forall ', '∧': '\\land ', '∨': '\\lor ' },
  ...{ ℝ: '\\mathbb{R}', ℤ: '\\mathbb{Z}', ℕ: '\\mathbb{N}', ℚ: '\\mathbb{Q}', ℂ: '\\mathbb{C}' },
  ...{
    '°': '^\\circ ',
    '˚': '^\\circ ',
    º: '^\\circ ',
    '′': "'",
    '’': "'",
    '…': '\\ldots ',
    '⋯': '\\cdots ',
  },
  ...{ '≢': '\\not\\equiv ', ℓ: '\\ell ', '∠': '\\angle ', '△': '\\triangle ', '≅': '\\cong ' },
  ...{ '“': '"', '”': '"', '‘': "'", '€': '\\$', '£': '\\$', '∶': ':', '\u00a0': ' ', '\u2009': ' ' },
  ...{ '\u202f': ' ', '\u2062': '', '\u200b': '', '\u2061': '', '\ufeff': '', '【': '', '】': '' },
};

const greek: Readonly<Record<string, string>> = {
  ...{ α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'epsilon', ζ: 'zeta', η: 'eta', θ: 'theta' },
  ...{ ι: 'iota', κ: 'kappa', λ: 'lambda', μ: 'mu', ν: 'nu', ξ: 'xi', π: 'pi', ρ: 'rho', σ: 'sigma' },
  ...{ τ: 'tau', φ: 'phi', ϕ: 'phi', χ: 'chi', ψ: 'psi', ω: 'omega', Γ: 'Gamma', Δ: 'Delta', Θ: 'Theta' },
  ...{ Λ: 'Lambda', Σ: 'Sigma', Φ: 'Phi', Ψ: 'Psi', Ω: 'Omega', µ: 'mu' },
};

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ';
const subscripts = '₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙᵢ';
const scripted = '0123456789+-()ni';

export function plainNotation(text: string): string {
  return (
    text
      .replace(new RegExp(`[${superscripts}]+`, 'gu'), (run) => `^{${unscripted(run, superscripts)}}`)
      .replace(new RegExp(`[${subscripts}]+`, 'gu'), (run) => `_{${unscripted(run, subscripts)}}`)
      // A fraction of one character, perhaps after a whole number.
      .replace(/[¼-¾⅐-⅞↉]/gu, (character) => {
        const [top = '', bottom = ''] = character.normalize('NFKD').split('\u2044');
        return `\\frac{${top}}{${bottom}}`;
      })
      .replace(/[^\0-\x7f]/gu, (character) => {
        const name = greek[character];
        return characters[character] ?? (name === undefined ? character : `\\${name} `);
      })
      .normalize('NFKC')
      .replace(/[−‐]/g, '-')
      .replace(/\\(?:left|right|[bB]ig{1,2}[lrm]?)(?![a-zA-Z])\s*\.?/g, ' ')
      .replace(/\\[()[\]](?!\d+(?:pt|em|ex|mm)\])/g, ' ')
      .replace(/(?<!\\)\$/g, ' ')
      .replace(/\\\$/g, ' ')
      // 10{,}000 and 10\,000; 0{,}5 is a decimal comma.
      .replace(/(?<=\d)(?:\{,\}|,\\!|,\s*\\!|\\,|\\;|\\ |~)(?=\d{3}(?!\d))/g, '')
      .replace(/(?<=\d)\{,\}(?=\d)/g, '.')
  );
}

function unscripted(run: string, from: string): string {
  return [...run].map((character) => scripted[[...from].indexOf(character)] ?? '').join('');
}
