/** In an exported site, the place of a page that does something: what it is for, and how to have it. */
export function NeedsServer({ title }: { readonly title: string }) {
  return (
    <section class="empty">
      <h1>{title}</h1>
      <p>
        This site is made of files: it shows runs, and cannot do anything. To grade proofs or to try a model,
        run <code>qed serve</code> on the folder of the runs.
      </p>
    </section>
  );
}
