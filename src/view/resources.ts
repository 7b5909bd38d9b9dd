/** Everything that can be looked at, by path. */
import type { ResourceTable } from './resource.ts';
import { runList } from './runs/run-list.ts';

export const resources: ResourceTable = {
  'runs.json': runList,
};
