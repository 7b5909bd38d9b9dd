/** The suites that have names of their own. None of their data is in this package: it is for evaluation only. */
import { imoBenchRevision, type KnownFile, knownFiles } from './known-files.ts';
import type { SuiteKind, SuiteScale } from './suite.ts';

export interface BuiltInSuite {
  readonly name: string;
  readonly title: string;
  readonly kind: SuiteKind;
  readonly scale: SuiteScale;
  readonly count: number;
  /** What follows the colon, with the value of the tag `subset` that it stands for. */
  readonly subsets: Readonly<Record<string, string>>;
  /** Newest first. Empty where no checksum is known. */
  readonly files: readonly KnownFile[];
  readonly origin:
    | { readonly kind: 'url'; readonly base: string }
    | { readonly kind: 'hub'; readonly dataSet: string; readonly split: string };
  readonly licence: string;
  readonly attribution: string;
}

const imoBench = {
  origin: {
    kind: 'url' as const,
    base: `https://raw.githubusercontent.com/google-deepmind/superhuman/${imoBenchRevision}/imobench/`,
  },
  licence: 'CC-BY-4.0',
  attribution: 'IMO-Bench, Google DeepMind: Luong et al., Towards Robust Mathematical Reasoning, EMNLP 2025',
};

const filesOf = (suite: KnownFile['suite']): readonly KnownFile[] =>
  knownFiles.filter((known) => known.suite === suite);

export const builtInSuites: readonly BuiltInSuite[] = [
  {
    name: 'imo-proofbench',
    title: 'IMO-ProofBench: proofs, with guidelines that choose among 0, 1, 6 and 7 points',
    kind: 'proof',
    scale: 'imo-proofbench',
    count: 60,
    subsets: { basic: 'Basic', advanced: 'Advanced' },
    files: filesOf('imo-proofbench'),
    ...imoBench,
  },
  {
    name: 'proofbench',
    title: 'ProofBench: contest problems of 2022 to 2025, with marking schemes of 7 points',
    kind: 'proof',
    scale: 'points',
    count: 145,
    subsets: { '24_25': '24_25', other: 'other' },
    files: [],
    origin: { kind: 'hub', dataSet: 'lm-provers/ProofBench', split: 'train' },
    licence: 'MIT (the original set, wenjiema02/ProofBench)',
    attribution: 'ProofBench: Ma et al.',
  },
  {
    name: 'imo-answerbench',
    title: 'IMO-AnswerBench: short answers, right or wrong',
    kind: 'answer',
    scale: 'answer',
    count: 400,
    subsets: {},
    files: filesOf('imo-answerbench'),
    ...imoBench,
  },
];
