/**
 * The stage data: problems and texts, written once as JSONL below data/, and the tokenizer of the run. Files are
 * functions of the recipe; a killed stage writes them again and comes to the same bytes.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readModelConfig } from '../../engine/model-config.ts';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { type LabExamplesOptions, labExamples, labProblems } from '../../lab/data.ts';
import { LAB_PROFILES } from '../../lab/generator.ts';
import { labTokenizer } from '../../lab/lab-tokenizer.ts';
import { STUDENTS } from '../../lab/student.ts';
import { SUMMARY_CAP } from '../../lab/summarise.ts';
import { readTokenizerDirectory, type TokenizerTexts } from '../../model/directory-format.ts';
import { harpToExamples, readHarp, splitHarp } from '../../problems/harp.ts';
import type { Problem } from '../../problems/problem.ts';
import { createChatFormat } from '../../tokenizer/chat-format.ts';
import { loadTokenizer } from '../../tokenizer/load-tokenizer.ts';
import { qwenTokenizerConfigJson } from '../../tokenizer/qwen-tokenizer-json.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { trainByteLevelBpe } from '../../tokenizer/train-bpe.ts';
import { checkTokenizerFits, loadFormat } from '../model-setup.ts';
import { dataPath, type RunContext, StageClock, throwIfStopped, untilStopped } from '../run-context.ts';
import type { LabDataSettings, Recipe } from '../schema.ts';
import { holdToStartingModel, startingDirectory } from '../starting-model.ts';
import { writeTokenizerFiles } from '../tokenizer-files.ts';
import { trainingTexts, writeExamples } from './data-examples.ts';
import { writeProblems } from './data-problems.ts';

const millisecondsBetweenBreaths = 50;

/** Most tokens that a summary adds to a prompt: three a step, and its heading. */
const summaryTokens = 3 * SUMMARY_CAP + 1;

export async function runData(context: RunContext): Promise<string> {
  const clock = new StageClock(context.journal, 'data');
  const { data } = context.recipe;
  const summary = await untilStopped(context, clock, async () => {
    await mkdir(dataPath(context, 'tokenizer'), { recursive: true });
    const written = await writeData(context, data);
    await checkStartingModel(context);
    return written;
  });
  await clock.lap();
  return summary;
}

async function writeData(context: RunContext, data: Recipe['data']): Promise<string> {
  if (data.kind === 'lab') return await writeLab(context, data);
  if (data.kind === 'harp') return await writeHarp(context, data);
  if (data.kind === 'examples') {
    const summary = await writeExamples(context, data);
    await writeTokenizerOfTexts(context, () => trainingTexts(context));
    return summary;
  }
  const { texts, validationShare } = data;
  const written =
    texts === undefined ? undefined : await writeExamples(context, { path: texts, validationShare });
  const format = await writeTokenizerOfTexts(context, () => trainingTexts(context));
  const problems = await writeProblems(context, data, format);
  return written === undefined ? problems : `${problems}; texts: ${written}`;
}

/** What the run begins from, if it exists already, fits the tokenizer; from now on it must stay as it is. */
async function checkStartingModel(context: RunContext): Promise<void> {
  const directory = startingDirectory(context);
  if (directory === undefined) return;
  checkTokenizerFits(context, directory, await readModelConfig(directory), await loadFormat(context));
  await holdToStartingModel(context, directory);
}

async function writeLab(context: RunContext, settings: LabDataSettings): Promise<string> {
  const { seed } = context.recipe;
  const format = await writeTokenizer(context, labTokenizer());
  const profile = LAB_PROFILES[settings.profile];
  const problemsOf = (split: 'train' | 'validation' | 'test', count: number) =>
    labProblems({ profile, seed, split, count }).map(({ problem }) => problem);
  for (const split of ['train', 'validation', 'test'] as const) {
    const problems = [...problemsOf(split, settings[`${split}Problems`])];
    checkPromptsFit(context, format, problems);
    await writeLines(context, `${split}.jsonl`, problems);
  }

  let tokens = 0;
  const countTokens: LabExamplesOptions['countTokens'] = ({ messages }) => {
    const reply = messages.at(-1)?.content ?? '';
    return format.renderPrompt(messages.slice(0, -1)).length + format.renderReply(reply).length;
  };
  const common = {
    profile,
    seed,
    countTokens,
    student: STUDENTS[settings.profile],
    mixture: { sftReplay: settings.sftReplay, sftSummaries: settings.sftSummaries },
  };
  for (const stage of ['pretrain', 'sft', 'judge'] as const) {
    if (context.recipe[stage] === undefined) continue;
    const tokenBudget = settings[`${stage}Tokens`];
    const { teacherTexts } = settings;
    await writeLines(context, `${stage}.jsonl`, labExamples({ ...common, stage, tokenBudget, teacherTexts }));
    tokens += tokenBudget;
    // Held-out texts are what the end of the stage looks like, without the curriculum that it begins with.
    const held = labExamples({
      ...common,
      stage,
      split: 'validation',
      progress: 1,
      tokenBudget: Number.MAX_SAFE_INTEGER,
    });
    await writeLines(context, `${stage}-validation.jsonl`, held.take(settings.validationTexts));
  }
  const { trainProblems, validationProblems, testProblems } = settings;
  return `${trainProblems} + ${validationProblems} + ${testProblems} problems, ${(tokens / 1e6).toFixed(1)} M tokens of texts`;
}

/** Throws when a prompt and its longest reply exceed the model's positions: better now than after training. */
export function checkPromptsFit(
  context: Pick<RunContext, 'recipe'>,
  format: ChatFormat,
  problems: readonly Problem[],
): void {
  const { model, rl, rc, evaluate } = context.recipe;
  const prompts = problems.map(
    ({ statement }) => format.renderPrompt([{ role: 'user', content: statement }]).length,
  );
  const longest = Math.max(...prompts);
  for (const [stage, settings] of [
    ['rl', rl],
    ['rc', rc],
    ['evaluate', evaluate],
  ] as const) {
    if (settings === undefined) continue;
    const takesTurns = stage === 'rc' || (stage === 'evaluate' && (evaluate?.reasoningCacheTurns ?? 0) > 1);
    const summary = takesTurns ? summaryTokens : 0;
    const positions = longest + summary + settings.maxTokens;
    if (positions <= model.maximumPositions) continue;
    throw new Error(
      `${stage}.maxTokens ${settings.maxTokens}: with the longest prompt (${longest + summary} tokens) a sequence has ` +
        `${positions} positions, and model.maximumPositions is ${model.maximumPositions}. Lower one or raise the other`,
    );
  }
}

async function writeHarp(
  context: RunContext,
  settings: Extract<Recipe['data'], { kind: 'harp' }>,
): Promise<string> {
  const problems = await readHarp(path.resolve(context.recipeDirectory, settings.path));
  const split = splitHarp(problems, settings.validationShare, context.recipe.seed);
  const training = harpToExamples(split.train);
  const validation = harpToExamples(split.validation);
  await writeLines(context, 'sft.jsonl', training);
  await writeLines(context, 'sft-validation.jsonl', validation);
  await writeTokenizerOfTexts(context, async () =>
    training.flatMap((example) => example.messages.map((message) => message.content)),
  );
  return `${problems.length} problems, ${training.length} proofs to train on, ${validation.length} held out`;
}

/** The tokenizer that the recipe names; one of its own is learnt from the texts. */
async function writeTokenizerOfTexts(
  context: RunContext,
  trainingTexts: () => Promise<readonly string[]>,
): Promise<ChatFormat> {
  const { tokenizer } = context.recipe;
  if (tokenizer.kind === 'bpe') {
    return await writeTokenizer(context, {
      json: trainByteLevelBpe(await trainingTexts(), { vocabularySize: tokenizer.vocabularySize }),
      configJson: qwenTokenizerConfigJson({ contextLength: context.recipe.model.maximumPositions }),
    });
  }
  if (tokenizer.kind === 'lab') return await writeTokenizer(context, labTokenizer());
  const directory =
    tokenizer.kind === 'model'
      ? (startingDirectory(context) ?? '')
      : path.resolve(context.recipeDirectory, tokenizer.path);
  return await writeTokenizer(context, await readTokenizerDirectory(directory), directory);
}

async function writeTokenizer(
  context: RunContext,
  texts: TokenizerTexts,
  from?: string,
): Promise<ChatFormat> {
  await writeTokenizerFiles(dataPath(context, 'tokenizer'), texts, from);
  return createChatFormat(loadTokenizer(texts.json, texts.configJson));
}

/** Writes items as they are made; between them the process sees to its signals, and can be stopped. */
async function writeLines(context: RunContext, name: string, items: Iterable<unknown>): Promise<void> {
  const lines: string[] = [];
  let breath = performance.now();
  for (const item of items) {
    lines.push(`${JSON.stringify(item)}\n`);
    if (performance.now() - breath < millisecondsBetweenBreaths) continue;
    await new Promise((resolve) => setImmediate(resolve));
    throwIfStopped(context);
    breath = performance.now();
  }
  await writeFileAtomic(dataPath(context, name), lines.join(''));
}
