/**
 * An engine that takes no time: it trains by counting its steps, and samples with scripted workers. All that it leaves out
 * is arithmetic; journal, pipeline, batches, checkpoints and records around it are those of every run.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Datum, Engine, PolicyVersion, TrainableModel } from '../../../src/engine/engine.ts';
import { readModelDirectory, writeModelDirectory } from '../../../src/engine/model-directory.ts';
import { ScriptedWorkers, type ScriptedWorkersOptions, scriptedLogprob } from './scripted-workers.ts';

export interface ScriptedEngine {
  readonly engine: Engine;
  /** Once stage rl has begun. */
  readonly workers: () => ScriptedWorkers | undefined;
}

export function scriptedEngine(options: Omit<ScriptedWorkersOptions, 'version'>): ScriptedEngine {
  let workers: ScriptedWorkers | undefined;
  const loadModel = async (directory: string): Promise<TrainableModel> => {
    const { config, flat, version } = await readModelDirectory(directory);
    let [trained, published] = [version, version];
    return {
      parameterCount: flat.length,
      forward: async (data) => data.map(logprobsOf),
      forwardBackward: async (data) => {
        const trainedTokens = data.reduce(
          (sum, { weights_T }) => sum + weights_T.filter((w) => w !== 0).length,
          0,
        );
        const processedTokens = data.reduce((sum, { tokens_T }) => sum + tokens_T.length, 0);
        return {
          loss: 0,
          logprobs_D_T: data.map(logprobsOf),
          entropySum: trainedTokens,
          trainedTokens,
          processedTokens,
        };
      },
      optimStep: async () => {
        trained = (trained + 1) as PolicyVersion;
        return { version: trained, gradientNorm: 1 };
      },
      resetOptimiser: async () => undefined,
      save: async (target, { optimiser }) => {
        await writeModelDirectory(target, config, flat, trained);
        if (optimiser) await writeFile(path.join(target, 'optimizer.safetensors'), '');
      },
      snapshotSampler: () => refused('a snapshot'),
      liveSampler: async () => {
        workers = new ScriptedWorkers({ ...options, version: () => published });
        return workers;
      },
      publishWeights: async () => {
        published = trained;
        return published;
      },
      close: async () => undefined,
    };
  };
  const engine: Engine = {
    name: 'scripted',
    capabilities: () => ({
      ...{
        fullParameter: true,
        newModels: false,
        losses: ['ppo'],
        summedLosses: ['ppo'],
        optimisers: ['adamw'],
      },
      ...{
        adamFields: 'request',
        clipNorm: 'request',
        entropyBonus: 'request',
        trainerTemperature: 'request',
      },
      ...{ klTerm: false, samplers: ['live'], samplesWhileTraining: true, logprobsAfterTemperature: true },
      ...{ sharedPrompts: true, savesWeights: true },
    }),
    createModel: () => refused('a new model'),
    loadModel,
    loadSampler: () => refused('a sampler from a directory'),
    close: async () => undefined,
  };
  return { engine, workers: () => workers };
}

function logprobsOf({ weights_T }: Datum): Float32Array {
  return Float32Array.from(weights_T, (weight) => (weight === 0 ? 0 : scriptedLogprob));
}

function refused(what: string): Promise<never> {
  return Promise.reject(new Error(`the scripted engine has no ${what}`));
}
