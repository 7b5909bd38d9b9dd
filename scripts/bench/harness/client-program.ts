/** A program: makes the calls with QED's own client, hearing every piece, and keeps what a caller keeps: each reply. */
import { createOpenAiChatModel } from '../../../src/model/openai/open-ai-chat-model.ts';
import { type Load, runLoad } from './load.ts';

const load = JSON.parse(process.argv[2] ?? '') as Load;
const model = createOpenAiChatModel({
  ...{ name: 'load', model: 'load', api: 'chat', dialect: 'generic' },
  baseUrl: `http://127.0.0.1:${load.port}/v1`,
  concurrency: { initial: load.calls, most: load.calls },
});

async function call(index: number): Promise<number> {
  let heard = 0;
  const reply = await model.generate(
    {
      messages: [{ role: 'user', content: 'go' }],
      ...{ maxTokens: load.tokens, temperature: 1, seed: index },
    },
    {
      onDelta: (delta) => {
        if (delta.kind === 'restart') throw new Error('a call had to be made again');
        heard += delta.text.length;
      },
    },
  );
  if (heard !== reply.answer?.length || reply.finish !== 'stop') throw new Error('a reply is not whole');
  return heard;
}

const report = await runLoad(load, call);
await model.close?.();
console.log(JSON.stringify(report));
