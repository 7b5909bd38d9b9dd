/**
 * Files that are known by their SHA-256, whatever they are called and wherever they come from. The checksums are
 * those of the files at the commit that the addresses name.
 */
export interface KnownFile {
  readonly suite: 'imo-proofbench' | 'imo-answerbench';
  readonly version: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Why not to use it, where there is a newer one. */
  readonly deprecated?: string;
}

/** Repository google-deepmind/superhuman at a commit, folder imobench: data CC BY 4.0. */
export const imoBenchRevision = 'a02069ef66dbae4c5b0713ba0dc144a35375558f';

export const knownFiles: readonly KnownFile[] = [
  {
    suite: 'imo-proofbench',
    version: 'v2',
    file: 'proofbench_v2.csv',
    bytes: 187_512,
    sha256: 'aa8b813dbd4068137e3d165e5da228f6e0e1cc85a91c37883e1791b954e43af0',
  },
  {
    suite: 'imo-proofbench',
    version: 'v1',
    file: 'proofbench.csv',
    bytes: 187_512,
    sha256: 'c03ad2d9788ba147022031d90ecf192d16c038939eb432759914902598a87d6d',
    deprecated: 'v2 is current: it corrects the statement of PB-Advanced-022',
  },
  {
    suite: 'imo-proofbench',
    version: 'v2-lean',
    file: 'lean_proof_bench.csv',
    bytes: 260_418,
    sha256: '6650004fac2fc246692508a27a0fd35d3bd22c74d3a24d369210d97b70a0dfa7',
  },
  {
    suite: 'imo-answerbench',
    version: 'v2',
    file: 'answerbench_v2.csv',
    bytes: 169_537,
    sha256: '275877a9d988d85278fad3a5f8a41d7f83393a60bf259531ec0a5161e6b21cf9',
  },
  {
    suite: 'imo-answerbench',
    version: 'v1',
    file: 'answerbench.csv',
    bytes: 169_638,
    sha256: '37aeca686ce677f93580821cfe16a0c0e45872479a502df43272e099da37d8fa',
    deprecated: 'v2 is current: it changes 26 statements and 9 answers, so scores on v1 and v2 differ',
  },
];

export function knownFileOf(sha256: string): KnownFile | undefined {
  return knownFiles.find((known) => known.sha256 === sha256);
}
