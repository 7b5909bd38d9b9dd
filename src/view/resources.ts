/** Everything that can be looked at, by path. */

import { compareChoices } from './compare/choices.ts';
import { comparedProblemPage, comparedSystems, comparisonFiles } from './compare/compared.ts';
import { calibrationTablesPage } from './data/calibration-tables.ts';
import { dataCardPage } from './data/card-page.ts';
import { dataList } from './data/data-list.ts';
import { dataIndexPage } from './data/index-page.ts';
import { dataMatches } from './data/matches-page.ts';
import { dataRowPage } from './data/row-page.ts';
import { dataSteps } from './data/steps.ts';
import {
  agreementView,
  exportedGrades,
  graderView,
  gradingItem,
  queueList,
  queueView,
  revealedItem,
} from './grades/resources.ts';
import { sourceList } from './grades/sources.ts';
import { proofList } from './proof/proof-list.ts';
import { proofOf } from './proof/proof-of.ts';
import { proofRows } from './proof/proof-rows.ts';
import type { ResourceTable } from './resource.ts';
import { groupRows } from './rollouts/group-rows.ts';
import { rolloutGroup } from './rollouts/rollout-group.ts';
import { rolloutStages } from './rollouts/rollout-stages.ts';
import { rolloutTokens } from './rollouts/rollout-tokens.ts';
import { runOverview } from './run/overview.ts';
import { runRecipe } from './run/run-recipe.ts';
import { runResult } from './run/run-result.ts';
import { runSpend } from './run/run-spend.ts';
import { stepPage } from './run/step-page.ts';
import { runList } from './runs/run-list.ts';
import { traceCalls } from './trace/trace-calls.ts';
import { traceExchange, traceReasoning } from './trace/trace-exchange.ts';
import { traceGroups, traceRows } from './trace/trace-groups.ts';
import { tracePicture } from './trace/trace-picture.ts';
import { traceSummary } from './trace/trace-summary.ts';
import { tryChoices } from './try/try-choices.ts';

export const resources: ResourceTable = {
  'runs.json': runList,
  'runs/:run/traces.json': traceGroups,
  'runs/:run/traces/:group/:page.json': traceRows,
  'runs/:run/trace/:trace.json': traceSummary,
  'runs/:run/trace/:trace/calls/:page.json': traceCalls,
  'runs/:run/trace/:trace/picture/:scope.json': tracePicture,
  'runs/:run/trace/:trace/call/:call.json': traceExchange,
  'runs/:run/trace/:trace/call/:call/:piece.json': traceReasoning,
  'grades/queues.json': queueList,
  'grades/sources.json': sourceList,
  'grades/queue/:queue.json': queueView,
  'grades/grader/:queue/:grader.json': graderView,
  'grades/item/:queue/:item.json': gradingItem,
  'grades/revealed/:queue/:grader/:item.json': revealedItem,
  'grades/agreement/:queue/:grader.json': agreementView,
  'grades/export/:queue/:grader.json': exportedGrades,
  'runs/:run/overview.json': runOverview,
  'runs/:run/steps/:stage/:page.json': stepPage,
  'runs/:run/recipe.json': runRecipe,
  'runs/:run/result.json': runResult,
  'runs/:run/spend.json': runSpend,
  'runs/:run/rollouts.json': rolloutStages,
  'runs/:run/rollouts/:stage/groups/:page.json': groupRows,
  'runs/:run/rollouts/:stage/group/:group.json': rolloutGroup,
  'runs/:run/rollouts/:stage/tokens/:group/:page.json': rolloutTokens,
  'runs/:run/proofs.json': proofList,
  'runs/:run/proofs/rows/:page.json': proofRows,
  'runs/:run/proof/:id.json': proofOf,
  'compare/choices.json': compareChoices,
  'compare/:systems/comparison.json': comparedSystems,
  'compare/:systems/problems/:suite/:page.json': comparedProblemPage,
  'compare/:systems/files.json': comparisonFiles,
  'data.json': dataList,
  'data/:run/steps.json': dataSteps,
  'data/:run/card.json': dataCardPage,
  'data/:run/parts/:part/index/:page.json': dataIndexPage,
  'data/:run/parts/:part/rows/:line.json': dataRowPage,
  'data/:run/matches/:step/:page.json': dataMatches,
  'calibrations/:run/tables.json': calibrationTablesPage,
  'try/choices.json': tryChoices,
};
