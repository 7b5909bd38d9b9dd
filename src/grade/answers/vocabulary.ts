/**
 * Words that answers are written with. A run of letters is a word only if it is here, is inside `\text`, or is too
 * long for a product of letters: `xy` is x times y, `if` is a word.
 */

const words = new Set(
  `answer answers solution solutions is are if or and for all any some every each where with when whenever otherwise
  else odd even prime primes composite number numbers integer integers positive negative nonnegative natural naturals real
  reals rational rationals irrational complex multiple multiples divisible power powers perfect square squares cube cubes
  none no not exist exists does do there only infinitely many infinity infinite yes true false undefined impossible degree
  degrees deg radians radian cm mm km meter meters metre metres unit units the of form such that constant constants
  arbitrary nonzero non zero one two three four five six seven eight nine ten eleven twelve mod from between
  inclusive exclusive except excluding excluded other than greater less least most empty set sets both either function
  functions polynomial polynomials satisfying satisfies which let thus hence then we get have must equal equals final value
  values maximum minimum moves ways pairs triples tuples digits points students people dollars cents percent fixed
  parameter parameters being given pair triple points itself strictly larger smaller number's can but also exactly per
  possible therefore hold holds works work satisfy`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Of two letters, and as likely a product: words only beside another word. */
const shortWords = new Set(['an', 'as', 'at', 'be', 'by', 'in', 'it', 'on', 'to', 'so', 'a']);

export function isWord(run: string): boolean {
  return words.has(run.toLowerCase()) && !/^[A-Z]{2,}$/.test(run);
}

export function isShortWord(run: string): boolean {
  return shortWords.has(run.toLowerCase());
}

/** Function names that are also written without a backslash. */
export const plainFunctions: ReadonlySet<string> = new Set(
  'sin cos tan cot sec csc arcsin arccos arctan ln log lg exp gcd lcm max min sqrt pi infty'.split(' '),
);

/** Units that an answer may carry; what they measure is the problem's. */
export const units: ReadonlySet<string> = new Set(
  `cm mm km m meter meters metre metres unit units degree degrees deg radians radian moves ways pairs triples digits
  points students people dollars cents percent`.split(/\s+/),
);

export const numerals: ReadonlyMap<string, number> = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, value) => [word, value] as const),
);

/** Commands that are letters. */
export const greekLetters: ReadonlySet<string> = new Set(
  `alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega
  Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell hbar`.split(/\s+/),
);
