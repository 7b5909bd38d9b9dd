/** Something is on its way. Shown only after a moment, so that what comes at once does not flicker. */
export function Loading({ what = 'Loading' }: { readonly what?: string }) {
  return (
    <p class="loading" role="status">
      {what} …
    </p>
  );
}
