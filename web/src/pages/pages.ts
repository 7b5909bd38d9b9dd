/** The pages of the app. Each is loaded when it is first opened. */
import type { ComponentType } from 'preact';

export interface PageProps {
  /** Values of the names in the pattern. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export interface Page {
  /** Pattern of its address; several patterns may lead to one component. */
  readonly pattern: string;
  /** Entry of the bar at the top that it belongs to. */
  readonly section: Section;
  /** What it is called where it cannot be: it does something, which an exported site cannot. */
  readonly needsServer?: string;
  readonly load: () => Promise<ComponentType<PageProps>>;
}

export const sections = [
  { id: 'runs', title: 'Runs', address: '#/' },
  { id: 'compare', title: 'Compare', address: '#/compare' },
  { id: 'grade', title: 'Grade', address: '#/grade' },
  { id: 'data', title: 'Data', address: '#/data' },
  { id: 'try', title: 'Try', address: '#/try' },
] as const;
export type Section = (typeof sections)[number]['id'];

const rollouts = async () => (await import('./rollouts/rollouts-page.tsx')).RolloutsPage;
const comparePage = async () => (await import('./compare/compare-page.tsx')).ComparePage;
const rowsPage = async () => (await import('./data/rows-page.tsx')).RowsPage;

export const pages: readonly Page[] = [
  { pattern: '', section: 'runs', load: async () => (await import('./runs/runs-page.tsx')).RunsPage },
  { pattern: 'runs/:run', section: 'runs', load: async () => (await import('./run/run-page.tsx')).RunPage },
  { pattern: 'runs/:run/rollouts', section: 'runs', load: rollouts },
  { pattern: 'runs/:run/rollouts/:stage/:step', section: 'runs', load: rollouts },
  {
    pattern: 'runs/:run/rollouts/:stage/:step/:group',
    section: 'runs',
    load: async () => (await import('./rollouts/group-page.tsx')).GroupPage,
  },
  {
    pattern: 'runs/:run/proofs',
    section: 'runs',
    load: async () => (await import('./proofs/proofs-page.tsx')).ProofsPage,
  },
  {
    pattern: 'runs/:run/proofs/:id',
    section: 'runs',
    load: async () => (await import('./proofs/proof-page.tsx')).ProofPage,
  },
  { pattern: 'compare', section: 'compare', load: comparePage },
  { pattern: 'compare/:systems', section: 'compare', load: comparePage },
  {
    pattern: 'data',
    section: 'data',
    load: async () => (await import('./data/data-list-page.tsx')).DataListPage,
  },
  {
    pattern: 'data/:run',
    section: 'data',
    load: async () => (await import('./data/data-page.tsx')).DataPage,
  },
  {
    pattern: 'data/:run/matches/:step',
    section: 'data',
    load: async () => (await import('./data/matches-page.tsx')).MatchesPage,
  },
  { pattern: 'data/:run/:part', section: 'data', load: rowsPage },
  { pattern: 'data/:run/:part/:line', section: 'data', load: rowsPage },
  {
    pattern: 'calibrations/:run',
    section: 'data',
    load: async () => (await import('./data/calibration-page.tsx')).CalibrationPage,
  },
  {
    pattern: 'grade',
    section: 'grade',
    load: async () => (await import('./grade/queues-page.tsx')).QueuesPage,
  },
  {
    ...{ pattern: 'grade/:queue', section: 'grade', needsServer: 'Grade proofs' },
    load: async () => (await import('./grade/queue-page.tsx')).QueuePage,
  },
  {
    ...{ pattern: 'grade/:queue/agreement', section: 'grade' },
    load: async () => (await import('./grade/agreement-page.tsx')).AgreementPage,
  },
  {
    ...{ pattern: 'grade/:queue/:item', section: 'grade', needsServer: 'Grade proofs' },
    load: async () => (await import('./grade/queue-page.tsx')).QueuePage,
  },
  {
    pattern: 'runs/:run/traces',
    section: 'runs',
    load: async () => (await import('./trace/traces-page.tsx')).TracesPage,
  },
  {
    pattern: 'runs/:run/traces/:trace',
    section: 'runs',
    load: async () => (await import('./trace/trace-page.tsx')).TracePage,
  },
  {
    ...{ pattern: 'try', section: 'try', needsServer: 'Try a model' },
    load: async () => (await import('./try/try-page.tsx')).TryPage,
  },
  {
    ...{ pattern: 'try/:run', section: 'try', needsServer: 'Try a model' },
    load: async () => (await import('./try/try-run-page.tsx')).TryRunPage,
  },
];
