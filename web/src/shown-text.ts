/**
 * Characters that turn the direction of text over, so that a name or a formula reads as another, are shown as the replacement
 * character, here as in the HTML of the server. Marks of writing from the right and the letters themselves stay.
 */
export function withoutOverrides(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
