/**
 * What TeX commands and other signs mean to a comparison of statements: the same thing written in two ways becomes the
 * same token, and what only changes how a page looks becomes none. A command that is not listed is a word of its name.
 */

/** How a command is read. */
export type Meaning =
  /** Looks only. */
  | { readonly kind: 'nothing' }
  /** Looks only, and so does its argument: `\label{eq}`. */
  | { readonly kind: 'nothing-with-argument' }
  /** Its argument is text, whatever stands around it. */
  | { readonly kind: 'text' }
  /** Its two arguments are divided. */
  | { readonly kind: 'fraction' }
  /** A letter in it is a set of numbers, which no renaming of variables touches. */
  | { readonly kind: 'blackboard' }
  | { readonly kind: 'variable' | 'word' | 'sign'; readonly text: string };

const meanings = new Map<string, Meaning>();

function add(names: string, meaning: Meaning): void {
  for (const name of names.split(' ')) meanings.set(name, meaning);
}

add('left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl Biggr Biggm', {
  kind: 'nothing',
});
add(
  'displaystyle textstyle scriptstyle limits nolimits quad qquad hfill vfill noindent par newline item centering ' +
    'medskip bigskip smallskip thinspace enspace allowbreak nonumber notag hline bf rm it sf tt em sl',
  { kind: 'nothing' },
);
add(
  'mathcal mathfrak mathscr mathit mathsf boldsymbol bm pmb overline underline overrightarrow vec hat bar ' +
    'tilde widehat widetilde dot ddot colon prime not substack mathop operatornamewithlimits boxed underbrace overbrace ensuremath displaylimits mathstrut strut cdot times ast star',
  { kind: 'nothing' },
);
add('langle rangle lfloor rfloor lceil rceil lbrace rbrace lbrack rbrack lparen rparen', { kind: 'nothing' });
add('begin end label tag ref eqref cite hspace vspace color textcolor includegraphics url footnotemark', {
  kind: 'nothing-with-argument',
});
add(
  'text textbf textit textrm textsf texttt textnormal textsc textup mbox hbox emph underline mathrm operatorname',
  {
    kind: 'text',
  },
);
add('frac dfrac tfrac cfrac nicefrac', { kind: 'fraction' });

const signs: Readonly<Record<string, string>> = {
  ...{ le: '≤', leq: '≤', leqslant: '≤', leqq: '≤', ge: '≥', geq: '≥', geqslant: '≥', geqq: '≥' },
  ...{ ne: '≠', neq: '≠', lt: '<', gt: '>', equiv: '≡', approx: '≈', sim: '∼', cong: '≅', pm: '±', mp: '∓' },
  ...{ to: '→', rightarrow: '→', longrightarrow: '→', mapsto: '→', Rightarrow: '⇒', implies: '⇒' },
  ...{ Longrightarrow: '⇒', iff: '⇔', Leftrightarrow: '⇔', Longleftrightarrow: '⇔' },
  ...{ in: '∈', notin: '∉', subset: '⊂', subseteq: '⊂', subsetneq: '⊂', cup: '∪', cap: '∩', emptyset: '∅' },
  ...{
    varnothing: '∅',
    setminus: '\\',
    backslash: '\\',
    mid: '|',
    vert: '|',
    lvert: '|',
    rvert: '|',
    Vert: '|',
  },
  ...{ plus: '+', minus: '-', equal: '=' },
  ...{ nmid: '∤', parallel: '∥', perp: '⊥', div: '/', infty: '∞', circ: '°', degree: '°' },
  ...{ ldots: '…', dots: '…', cdots: '…', dotsc: '…', dotsb: '…', vdots: '…', ddots: '…' },
};
for (const [name, text] of Object.entries(signs)) add(name, { kind: 'sign', text });

const greek: Readonly<Record<string, string>> = {
  ...{ alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', varepsilon: 'ε', zeta: 'ζ', eta: 'η' },
  ...{ theta: 'θ', vartheta: 'θ', iota: 'ι', kappa: 'κ', lambda: 'λ', mu: 'μ', nu: 'ν', xi: 'ξ', rho: 'ρ' },
  ...{ sigma: 'σ', tau: 'τ', upsilon: 'υ', phi: 'φ', varphi: 'φ', chi: 'χ', psi: 'ψ', omega: 'ω' },
};
for (const [name, text] of Object.entries(greek)) {
  add(name, { kind: 'variable', text });
  add(`${name.charAt(0).toUpperCase()}${name.slice(1)}`, { kind: 'variable', text: text.toUpperCase() });
}
add('mathbb mathbf Bbb', { kind: 'blackboard' });
/** Sets of numbers as one writes them on a board. */
export const numberSets: ReadonlyMap<string, string> = new Map(
  Object.entries({ R: 'ℝ', N: 'ℕ', Z: 'ℤ', Q: 'ℚ', C: 'ℂ' }),
);
for (const [name, text] of numberSets) add(name, { kind: 'word', text });
add('ell', { kind: 'variable', text: 'l' });
// A constant, not a name that a statement is free to choose.
add('pi', { kind: 'word', text: 'pi' });

/** What a command means, by its name without the backslash. */
export function meaningOf(name: string): Meaning {
  return meanings.get(name) ?? { kind: 'word', text: name.toLowerCase() };
}

const characters: Readonly<Record<string, Meaning>> = {
  ...Object.fromEntries(
    [...'+-=<>/|≤≥≠≡≈∼≅±∓→⇒⇔∈∉⊂∪∩∅∤∥⊥∞°…!'].map((text) => [text, { kind: 'sign' as const, text }]),
  ),
  ...Object.fromEntries(
    Object.values(greek)
      .flatMap((text) => [text, text.toUpperCase()])
      .map((text) => [text, { kind: 'variable' as const, text }]),
  ),
  ...{ '−': { kind: 'sign', text: '-' }, '–': { kind: 'sign', text: '-' }, '∣': { kind: 'sign', text: '|' } },
  ...{ '⩽': { kind: 'sign', text: '≤' }, '⩾': { kind: 'sign', text: '≥' }, '⊆': { kind: 'sign', text: '⊂' } },
  ...{ º: { kind: 'sign', text: '°' }, '∘': { kind: 'sign', text: '°' }, '⁄': { kind: 'sign', text: '/' } },
  ...{
    π: { kind: 'word', text: 'pi' },
    '√': { kind: 'word', text: 'sqrt' },
    '∑': { kind: 'word', text: 'sum' },
  },
  ...{
    '∠': { kind: 'word', text: 'angle' },
    '△': { kind: 'word', text: 'triangle' },
    '∏': { kind: 'word', text: 'prod' },
  },
};
const meaningOfCharacter = new Map(Object.entries(characters));
for (const text of numberSets.values()) meaningOfCharacter.set(text, { kind: 'word', text });

/** What a sign outside letters and digits means; undefined where it only separates. */
export function meaningOfSign(character: string): Meaning | undefined {
  return meaningOfCharacter.get(character);
}

/** Names of functions that stand in formulas without a backslash. */
export const functionNames: ReadonlySet<string> = new Set(
  'sin cos tan cot sec csc log ln lg exp gcd lcm mod max min sup inf lim det deg dim ker arg sgn rad mex'.split(
    ' ',
  ),
);

/** Small numbers as words; `one` is left, which is mostly a pronoun. */
export const numberWords: ReadonlyMap<string, string> = new Map(
  'two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, index) => [word, String(index + 2)]),
);
