/**
 * A preset: everything about a model that is known before it is called. It holds no key and, for a server of one's own,
 * no address: the environment has them, by names that the preset says. What nobody has published is absent, never
 * guessed.
 */
import { z } from 'zod';
import { dialectNames } from '../openai/dialect.ts';

const seconds = z.number().positive();
const dollars = z.number().nonnegative();
const environmentName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'a name in capitals, such as GEMINI_API_KEY');

export const presetSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]+$/, 'letters, digits, dots and dashes')
      .describe('Name of the model in runs and journals. It is part of what a recorded call is found by.'),
    description: z.string().describe('One line for people.'),
    model: z.string().min(1).describe('Name of the model at its server.'),
    dialect: z
      .enum(dialectNames)
      .describe('How the server speaks; docs/model-clients.md compares the dialects.'),
    api: z
      .enum(['chat', 'completions'])
      .default('chat')
      .describe(
        '`chat` leaves the chat template to the server; `completions` needs the model’s own tokenizer here.',
      ),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address of a public service, up to and without /chat/completions.'),
    baseUrlEnv: environmentName
      .optional()
      .describe('Environment variable with the address; it wins over `baseUrl`. One of the two is needed.'),
    apiKeyEnv: environmentName.optional().describe('Environment variable with the key.'),
    needsApiKey: z
      .boolean()
      .default(false)
      .describe('The server takes no call without a key; a server of one’s own usually does.'),
    serve: z.string().optional().describe('A command that starts a server for it, for people.'),
    contextTokens: z.int().positive().optional().describe('Most tokens of prompt and reply together.'),
    maxTokens: z.int().positive().optional().describe('Most tokens of a reply, its reasoning included.'),
    sampling: z
      .strictObject({
        temperature: z.number().nonnegative().optional().describe('Softmax temperature.'),
        topP: z
          .number()
          .gt(0)
          .max(1)
          .optional()
          .describe('Nucleus: least share of probability to draw from.'),
        topK: z.int().min(-1).optional().describe('Draw among so many tokens; −1 or 0 among all.'),
        minP: z.number().min(0).max(1).optional().describe('Least share of the highest probability.'),
        presencePenalty: z.number().optional().describe('Taken from the logit of a token that has come.'),
        frequencyPenalty: z.number().optional().describe('Taken from it for each time that it has come.'),
        repetitionPenalty: z
          .number()
          .positive()
          .optional()
          .describe('Divides the logit of a token that has come.'),
        stop: z.array(z.string().min(1)).optional().describe('Texts that end a reply.'),
        reasoningEffort: z.enum(['low', 'medium', 'high']).optional().describe('Effort of reasoning.'),
      })
      .default({})
      .describe(
        'Sampling; what is absent is left to the server, except temperature, which a call must then say.',
      ),
    thinkTags: z
      .union([
        z.literal('none'),
        z.strictObject({
          open: z.string().min(1).describe('Opening tag.'),
          close: z.string().min(1).describe('Closing tag.'),
          isOpened: z.boolean().describe('The chat template ends with the opening tag.'),
        }),
      ])
      .optional()
      .describe('Tags around reasoning in the text, for a server that does not take it out.'),
    price: z
      .strictObject({
        prompt: dollars.describe('Prompt.'),
        completion: dollars.describe('Reply, reasoning included.'),
        cachedPrompt: dollars.optional().describe('Prompt that the server had in its cache.'),
      })
      .optional()
      .describe('Dollars for a million tokens. Without it the model is refused where money is capped.'),
    concurrency: z
      .strictObject({
        initial: z.int().positive().optional().describe('Calls at once in the beginning.'),
        most: z.int().positive().optional().describe('Never more calls at once than this.'),
      })
      .optional()
      .describe('Bounds of the calls that are under way at once.'),
    deadlines: z
      .strictObject({
        connect: seconds.optional().describe('To a connection.'),
        firstToken: seconds
          .optional()
          .describe('To the first piece of a reply, the server’s queue included.'),
        idle: seconds.optional().describe('Without a byte once a reply has begun.'),
        total: seconds.optional().describe('One attempt in all.'),
      })
      .optional()
      .describe('Seconds after which an attempt is given up.'),
    retry: z
      .strictObject({
        attempts: z.int().positive().optional().describe('Attempts in all, the first included.'),
        wallClock: seconds
          .optional()
          .describe('Seconds from the first attempt within which another may begin.'),
        firstDelay: seconds
          .optional()
          .describe('The first wait is up to so many seconds, each next up to twice as long.'),
        longestDelay: seconds.optional().describe('No wait of our own is longer than so many seconds.'),
      })
      .optional()
      .describe('How often, and for how long, a call that failed is made again.'),
    extraBody: z
      .record(z.string(), z.json())
      .optional()
      .describe('Fields of every request beyond the dialect, such as chat_template_kwargs.'),
  })
  .refine(({ baseUrl, baseUrlEnv }) => baseUrl !== undefined || baseUrlEnv !== undefined, {
    path: ['baseUrlEnv'],
    message: 'say where the server is: baseUrl, or baseUrlEnv with the name of a variable that says it',
  });

export type Preset = Readonly<z.output<typeof presetSchema>>;
