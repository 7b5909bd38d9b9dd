/** What the settings of stage rc must agree on. */
import type { Contradiction } from './contradiction.ts';
import type { RcSettings, Recipe } from './schema.ts';

export function cacheContradictions(
  { turns, statesPerTrajectory, backlog, pipeline, summariser, summary }: RcSettings,
  data: Recipe['data']['kind'],
): Contradiction[] {
  const found: Contradiction[] = [];
  const complain = (field: string, message: string) => found.push({ path: ['rc', field], message });
  if (statesPerTrajectory > turns + 1) {
    complain(
      'statesPerTrajectory',
      `must not exceed ${turns + 1}: a trajectory of ${turns} turns has no more states, the one after its last turn included`,
    );
  }
  if (data === 'lab') {
    if (summariser === 'endpoint')
      complain(
        'summariser',
        '`endpoint` sums up problems that are not of the lab, whose words it does not know',
      );
    if (summary !== undefined)
      complain('summary', 'has no use in the lab, whose summaries have a form of their own');
  } else {
    if (summariser === 'claims' || summariser === 'exact')
      complain(
        'summariser',
        `\`${summariser}\` reads problems of the lab; use \`endpoint\`, \`frozen\` or \`model\``,
      );
    if (summary === undefined)
      complain('summary', 'is needed: how long a summary may be, and how it is sampled');
    if (summariser === 'endpoint' && summary !== undefined && summary.model === undefined)
      complain('summary', 'needs a model: whom the summariser `endpoint` asks');
    if (summariser !== 'endpoint' && summary !== undefined) {
      const { model, topP, topK } = summary;
      if (model !== undefined || topP !== undefined || topK !== undefined)
        complain(
          'summary',
          `model, topP and topK are those of the summariser \`endpoint\`, and it is \`${summariser}\``,
        );
    }
  }
  if (backlog > 0 && pipeline.maxLag === 0) {
    complain(
      'backlog',
      'must be 0 with pipeline.maxLag 0: a state that waits for a later step is too old for it',
    );
  }
  return found;
}
