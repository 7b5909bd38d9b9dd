/** `--scaffold help`: the scaffolds with their settings, instead of what the command would do. */

/** Prints the listing where it is asked for, and says whether it was. */
export async function printScaffoldHelp(options: { readonly scaffold: string }): Promise<boolean> {
  if (options.scaffold !== 'help') return false;
  const { scaffoldListing } = await import('../scaffold/scaffold-reference.ts');
  process.stdout.write(`${scaffoldListing()}\n`);
  return true;
}
