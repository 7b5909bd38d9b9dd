/**
 * Text that others wrote, inside a prompt. FENCED-CANDIDATE: it stands between tags that carry a mark which none of
 * the prompt's texts contains, so it cannot end its fence or open another, nor begin a turn of the conversation; and
 * where a judge is asked, everything that a parser would take for a verdict is taken out of it, so that quoting it
 * cannot give one.
 *
 * The mark is made from the texts themselves, without those that are judged: equal prompts stay equal for the journal,
 * and prompts about many proofs of one problem begin alike, which a server's cache of prefixes rewards. No text can
 * contain it, because it is chosen after them. Nothing is removed but characters that nobody can see;
 * a bracket is replaced by its entity, so that taking one tag apart cannot put another together.
 */
import { createHash } from 'node:crypto';
import { BOX, VERDICT_TAGS } from './read-boxed.ts';
import { withoutInvisible } from './without-invisible.ts';

/**
 * Eight hexadecimal digits that occur in none of `texts`. They are made from `seeds`: prompts with the same seeds have the
 * same mark, unless one of their texts holds it, which gets another.
 */
export function fenceMark(texts: readonly string[], seeds: readonly string[] = texts): string {
  const lowered = texts.map((text) => text.toLowerCase());
  for (let attempt = 0; ; attempt += 1) {
    const mark = createHash('sha256')
      .update(JSON.stringify([attempt, ...seeds]))
      .digest('hex')
      .slice(0, 8);
    if (!lowered.some((text) => text.includes(mark))) return mark;
  }
}

/** `<name-mark>`, the text, `</name-mark>`. `judged` also takes away what looks like a verdict. */
export function fence(name: string, text: string, mark: string, judged: boolean): string {
  const own = `${name.replace(/-\d+$/, '')}\\b|[a-z]+(?:-\\d+)?-[0-9a-f]{8}`;
  const content = withoutTurns(withoutTags(withoutInvisible(text), own));
  return `<${name}-${mark}>\n${judged ? withoutVerdicts(content) : content}\n</${name}-${mark}>`;
}

/** Tags in which a judge's verdict or the parts of its report stand. */
const JUDGED_TAGS = [...VERDICT_TAGS, 'points', 'steps', 'scheme', 'review'].join('|');

/** Boxes become frames, which look alike and are read by nobody; verdict tags show as text. */
function withoutVerdicts(text: string): string {
  const framed = text
    .replace(BOX, () => '\\fbox')
    .replace(new RegExp(`&(?=(?:lt|#0*60|#x0*3c);\\s*/?\\s*(?:${JUDGED_TAGS})\\b(?!-))`, 'gi'), '&amp;');
  return withoutTags(framed, `(?:${JUDGED_TAGS})\\b`);
}

/**
 * What a server or a chat template may take for the end of a message and the beginning of another: control tokens of
 * known families and reasoning tags. `0<|x|<1` is none of them.
 */
function withoutTurns(text: string): string {
  return withoutTags(text, CONTROL_TAGS).replace(CONTROL_BRACKETS, '&#91;');
}

const CONTROL_TAGS =
  '[|｜][\\w▁:.-]+[|｜]\\s*>|(?:start_of_turn|end_of_turn|bos|eos|pad|unk|s|<?SYS|think|thinking|thought)\\s*>';
const CONTROL_BRACKETS = /\[(?=\s*\/?\s*(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\s*\])/gi;

/** Lookalikes of an opening bracket, as compatibility forms and as other signs. */
const bracket = /[<＜﹤‹〈⟨❮˂ᐸ]/;

/**
 * Replaces the bracket of tags with these names (a pattern), closing or opening, spaced or not. Names are compared in
 * compatibility form, so `＜ｐｏｉｎｔｓ＞` is one of them.
 */
function withoutTags(text: string, names: string): string {
  if (!bracket.test(text)) return text;
  const written = [...text];
  const tags = new RegExp(`${bracket.source}(?=\\s*[/∕⁄]?\\s*(?:${names}))`, 'gi');
  // As it is written and in compatibility form: a name may be longer in one of them.
  const found = [oneUnit, plainCharacter].flatMap((form) => [...written.map(form).join('').matchAll(tags)]);
  const places = [...new Set(found.map(({ index }) => index))].sort((a, b) => a - b);
  let at = 0;
  const parts: string[] = [];
  for (const place of places) {
    parts.push(written.slice(at, place).join(''), '&lt;');
    at = place + 1;
  }
  return parts.length === 0 ? text : parts.join('') + written.slice(at).join('');
}

/** One UTF-16 unit for each character, so that places agree. */
function oneUnit(character: string): string {
  return character.length === 1 ? character : '\ufffd';
}

function plainCharacter(character: string): string {
  if (character < '\u0080') return character;
  const plain = character.normalize('NFKC');
  return plain.length === 1 ? plain : oneUnit(character);
}
