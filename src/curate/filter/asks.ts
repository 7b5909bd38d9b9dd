/**
 * What a statement asks for, by its words: a proof; a question whose answer needs one, such as all solutions, whether something
 * exists, or a count for every n; an extreme value; or a value alone.
 */
import { proseOf } from './prose.ts';

export type Ask = 'proof' | 'open' | 'extreme' | 'value' | 'nothing';

const proof = [
  /\b(?:prove|proved|proving|proofs?|demonstrate|verify|justify|establish|deduce|conclude that|disprove|explain)\b/i,
  /(?:^|[.?!:;,)◦]\s*|\b(?:and|to|then|please|can you|let us|also)\s+)show\b|\bshow(?:n|s|ing)?,? (?:that|how|why|there|it)\b/i,
  /证明|求证|试证/,
];
/** Asking words, apart from those that also stand within a description. */
const imperative =
  /\b(?:find|compute|calculate|evaluate|determine|simplify|estimate|solve|count|construct|factor|decompose|express)\b|(?:^|[.?!:;,)◦]\s*|\b(?:and|then)\s+)(?:give|write|list|state|name|identify|describe|characteri[sz]e|draw|obtain|choose|how)\b/i;
const interrogative =
  /\b(?:what|how (?:many|much|long|far|old|often|large|small)|in how many|which|who|when|where|by what)\b[^?]*\?|(?:^|[.:;,]\s*)(?:what|how)\b/i;
const open = [
  /\b(?:find|determine|describe|characteri[sz]e|identify|list|give|solve|what are)\b[^.?!,;]{0,60}?\b(?:all|every)\b/i,
  /\b(?:find|determine)\b[^.?!,;]{0,60}?\b(?:those|the (?:integers|primes|numbers|pairs|triples|functions|polynomials|values|sets)) [^.?!,;]{0,40}?(?:for which|such that|with|satisfying)\b/i,
  /(?:^|[.?!:;]\s*|\bdetermine |\bfind )for (?:which|what)\b|\bdetermine (?:whether|if|for)\b|\bdecide (?:whether|if|for|which)\b|\bnecessary and sufficient\b/i,
  /\b(?:do|does|is|are|can|did|must)\s+there\b|\bis it (?:always |ever |necessarily |still )?(?:possible|true)\b/i,
  /(?:^|[.?!:;,]\s*|\bthen |\bso )(?:can|could|may|must|is|are|does|do|will|has|have)\b[^.?!]*\?/i,
  /\bwinning strategy\b|\bwho (?:wins|will win|can (?:always )?win|has)\b|\bwhich (?:player|of (?:the )?(?:two|players))\b/i,
  /\bgive an? (?:example|explicit|geometric)\b|\bgeometric interpretation\b|\bfind an? (?:explicit |closed )?(?:formula|expression|example|function|polynomial|construction)\b/i,
  /求(?:出)?(?:所有|一切)|确定所有|是否|试判断/,
];
const extreme =
  /\b(?:smallest|largest|maximum|minimum|maximal|minimal|greatest|least|biggest|fewest|optimal|as (?:large|small|few|many) as possible|as (?:large|small) as possible|supremum|infimum|maximi[sz]e|minimi[sz]e)\b|\\(?:min|max|sup|inf)\b|最[大小]/i;
/** Answers for every n are proved, not only found. */
const counted = /\bnumber of\b|\bhow many\b|\bin how many\b/i;
const parameter =
  /\b(?:in terms of|as a function of|for (?:each|every|any|all) (?:fixed |given )?(?:positive |natural |nonnegative |non-negative )?(?:integers?|numbers?)|◦ is an? (?:given |fixed )?(?:positive |non-?negative )?integer|let ◦ (?:and ◦ )?be (?:an? )?(?:given |fixed |arbitrary )?(?:positive |natural |non-?negative )?(?:integers?|natural numbers?))/i;
/** A theorem: what it says is to be proved. */
const theorem = /\b(?:then|if|let|suppose|for (?:all|any|every|each))\b/i;
const declares =
  /\b(?:is|are|has|have|there (?:is|are|exists?)|consists? of|holds?|lies?|contains?|equals?|intersect|divides)\b/i;
const chinese = /[求计解]|多少|几[种个]|写出|判断|确定|说明|化简|列举|比较|讨论|问\s*[:：]/;

export function askOf(statement: string): Ask {
  const prose = proseOf(statement);
  if (proof.some((pattern) => pattern.test(prose))) return 'proof';
  if (open.some((pattern) => pattern.test(prose))) return 'open';
  const asksValue = imperative.test(prose) || interrogative.test(prose);
  if (asksValue && counted.test(prose) && parameter.test(prose)) return 'open';
  if (asksValue && (extreme.test(prose) || extreme.test(statement))) return 'extreme';
  if (asksValue || /[?？]/.test(prose)) return 'value';
  return chinese.test(prose) ? 'value' : 'nothing';
}

/** Whether a statement that asks for nothing says something that can be proved. */
export function isTheorem(statement: string, isKnownAsProof: boolean): boolean {
  const prose = proseOf(statement);
  const [last = ''] = prose.match(/[^.!?]*[.!?]?\s*$/) ?? [];
  return (isKnownAsProof || theorem.test(prose)) && declares.test(last) && /[.◦]\s*$/.test(prose);
}
