/** Whether this is an exported site: files and no server, so that nothing changes and nothing can be asked to be done. */
export function isStaticSite(): boolean {
  return document.documentElement.dataset.static === 'true';
}
