import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import Anthropic from '@anthropic-ai/sdk'
import { generateObject, generateText, jsonSchema, streamText, tool } from 'ai'
import OpenAI from 'openai'
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lintedFetch } from '../testing/caller.ts'
import { startWorld, until, type World } from '../testing/world.ts'

const GPT = '@openai-prod/gpt-4o'
const CLAUDE = '@anthropic-prod/claude-sonnet-4-6'
const BOTH = [GPT, CLAUDE]
const ABORT_MS = 1_000

const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a place.',
  schema: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
} as const
const CLOCK = { ...WEATHER, name: 'get_time', description: 'The time at a place.' } as const
const ANSWER = {
  type: 'object',
  properties: { answer: { type: 'integer' } },
  required: ['answer'],
  additionalProperties: false,
} as const

describe.each(['node', 'web'] as const)('unchanged clients, %s edge', (edge) => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(edge)
  })
  afterAll(() => world.close())
  beforeEach(() => world.forget())

  /** What was used went on the row, priced. */
  async function billed(status = 200) {
    const row = await world.row()
    expect(row).toMatchObject({ status, is_unpriced: false, is_usage_estimated: false })
    expect(row.input_tokens).toBeGreaterThan(0)
    expect(row.cost_nanos).toBeGreaterThan(0)
    return row
  }

  describe('openai', () => {
    const client = (apiKey = world.gateway.key) =>
      new OpenAI({ baseURL: world.gateway.baseUrl, apiKey, maxRetries: 0, fetch: lintedFetch })
    const user = (content: string) => [{ role: 'user' as const, content }]
    const tools = [WEATHER, CLOCK].map(({ name, description, schema }) => ({
      type: 'function' as const,
      function: { name, description, parameters: schema },
    }))

    it.each(BOTH)('chats through %s', async (model) => {
      const answer = await client().chat.completions.create({ model, messages: user('Hello') })
      expect(answer.object).toBe('chat.completion')
      expect(answer.choices[0]?.message.content).toMatch(/^(Hello|Hi)/)
      expect(answer.choices[0]?.finish_reason).toBe('stop')
      expect(answer.usage?.total_tokens).toBe(
        (answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0),
      )
      const row = await billed()
      expect(answer._request_id).toBe(row.id)
      expect([row.input_tokens, row.output_tokens]).toEqual([
        answer.usage?.prompt_tokens,
        answer.usage?.completion_tokens,
      ])
    })

    it.each(BOTH)('streams through %s, with the usage it asked for', async (model) => {
      const stream = await client().chat.completions.create({
        model,
        messages: user('Hello'),
        stream: true,
        stream_options: { include_usage: true },
      })
      let text = ''
      const finishes: unknown[] = []
      let usage: OpenAI.CompletionUsage | null | undefined
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? ''
        if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason)
        usage = chunk.usage ?? usage
      }
      expect(text).toMatch(/^(Hello|Hi)/)
      expect(finishes).toEqual(['stop'])
      const row = await billed()
      expect(row).toMatchObject({ is_stream: true, finish_reason: expect.any(String), is_partial: false })
      expect([usage?.prompt_tokens, usage?.completion_tokens]).toEqual([row.input_tokens, row.output_tokens])
    })

    it.each(BOTH)(
      'streams through %s without the usage nobody asked for, and is billed all the same',
      async (model) => {
        const stream = await client().chat.completions.create({
          model,
          messages: user('Hello'),
          stream: true,
        })
        for await (const chunk of stream) {
          expect(chunk.usage ?? null).toBeNull()
          expect(chunk.choices.length).toBeGreaterThan(0)
        }
        await billed()
      },
    )

    it.each(BOTH)('calls tools in parallel through %s and answers them', async (model) => {
      const ask = 'Use get_weather and get_time'
      const first = await client().chat.completions.create({ model, messages: user(ask), tools })
      const { message, finish_reason } = first.choices[0] as (typeof first.choices)[0]
      expect(finish_reason).toBe('tool_calls')
      const calls = message.tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[]
      expect(calls.map((call) => call.function.name)).toEqual(['get_weather', 'get_time'])
      for (const call of calls) expect(JSON.parse(call.function.arguments)).toHaveProperty('location')
      const second = await client().chat.completions.create({
        model,
        tools,
        messages: [
          ...user(ask),
          message,
          ...calls.map(({ id }, at) => ({
            role: 'tool' as const,
            tool_call_id: id,
            content: `result ${at}`,
          })),
        ],
      })
      expect(second.choices[0]?.message.content).toContain('result 1')
      expect(second.choices[0]?.finish_reason).toBe('stop')
    })

    it.each(BOTH)('assembles streamed parallel tool calls through %s', async (model) => {
      const runner = client().chat.completions.stream({
        model,
        messages: user('Use get_weather and get_time'),
        tools,
      })
      const { message, finish_reason } = (await runner.finalChatCompletion()).choices[0] as {
        message: OpenAI.ChatCompletionMessage
        finish_reason: string
      }
      expect(finish_reason).toBe('tool_calls')
      const calls = message.tool_calls as OpenAI.ChatCompletionMessageFunctionToolCall[]
      expect(calls.map((call) => call.function.name)).toEqual(['get_weather', 'get_time'])
      expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
      for (const call of calls) expect(JSON.parse(call.function.arguments)).toHaveProperty('location')
    })

    it.each(BOTH)('parses structured output through %s', async (model) => {
      const answer = await client().chat.completions.parse({
        model,
        messages: user('The answer?'),
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', strict: true, schema: ANSWER },
        },
      })
      expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ answer: 42 })
      const upstream = model === GPT ? world.openai : world.anthropic
      expect(JSON.stringify(upstream.last().json)).toContain('"answer"')
    })

    it('embeds, in the base64 it asks for by itself', async () => {
      const answer = await client().embeddings.create({
        model: '@openai-prod/text-embedding-3-small',
        input: ['one', 'two'],
      })
      expect(world.openai.last().json).toMatchObject({
        model: 'text-embedding-3-small',
        encoding_format: 'base64',
      })
      expect(answer.data.map(({ index }) => index)).toEqual([0, 1])
      expect(answer.data[0]?.embedding).toBeInstanceOf(Array)
      expect(answer.data[1]?.embedding[1]).toBe(1)
      await billed()
    })

    it('completes a prompt', async () => {
      const answer = await client().completions.create({
        model: '@openai-prod/gpt-3.5-turbo-instruct',
        prompt: 'Say this is a test',
      })
      expect(answer.choices[0]?.text).toContain('test')
      await billed()
    })

    it('lists and retrieves models, and writes no row for it', async () => {
      const ids: string[] = []
      for await (const model of client().models.list()) ids.push(model.id)
      expect(ids).toContain(GPT)
      expect(ids).toContain(CLAUDE)
      const one = await client().models.retrieve(GPT)
      expect(one).toMatchObject({ id: GPT, object: 'model', context_length: 128_000 })
      expect(world.rows()).toEqual([])
    })

    it('uses the Responses API, whole and streamed', async () => {
      const whole = await client().responses.create({ model: GPT, input: 'Hello' })
      expect(whole.output_text).toMatch(/^Hi/)
      await billed()
      world.forget()
      const stream = await client().responses.create({
        model: GPT,
        input: 'Hello',
        stream: true,
        store: false,
      })
      const types: string[] = []
      for await (const event of stream) types.push(event.type)
      expect(types[0]).toBe('response.created')
      expect(types.at(-1)).toBe('response.completed')
      expect(await billed()).toMatchObject({ endpoint: 'createModelResponse', is_stream: true })
    })

    it('transcribes', async () => {
      const answer = await client().audio.transcriptions.create({
        model: '@openai-prod/whisper-1',
        file: new File([Buffer.alloc(300_000, 7)], 'speech.mp3'),
      })
      expect(answer.text).toBe('whisper-1 heard 300000 bytes')
    })

    it('raises the class and code it documents', async () => {
      const wrongKey = client('tg_wrong').chat.completions.create({ model: GPT, messages: user('x') })
      await expect(wrongKey).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
      await expect(wrongKey).rejects.toMatchObject({
        status: 401,
        code: 'invalid_api_key',
        type: 'authentication_error',
      })

      const noModel = client().chat.completions.create({ model: '@nowhere/gpt-4o', messages: user('x') })
      await expect(noModel).rejects.toBeInstanceOf(OpenAI.NotFoundError)
      await expect(noModel).rejects.toMatchObject({ code: 'model_not_found', param: 'model' })
      await expect(noModel).rejects.toThrow(/Model not found.*@nowhere/)

      const noMessages = client().chat.completions.create({ model: GPT, messages: [] })
      await expect(noMessages).rejects.toBeInstanceOf(OpenAI.BadRequestError)
      await expect(noMessages).rejects.toThrow(/openai error: Invalid 'messages'/)

      world.openai.next({ status: 429 })
      const limited = client().chat.completions.create({ model: GPT, messages: user('x') })
      await expect(limited).rejects.toBeInstanceOf(OpenAI.RateLimitError)
      await expect(limited).rejects.toMatchObject({ code: 'rate_limit_exceeded' })

      world.openai.next({ status: 500 })
      const broken = client().chat.completions.create({ model: GPT, messages: user('x') })
      await expect(broken).rejects.toBeInstanceOf(OpenAI.InternalServerError)
    })

    it.each(BOTH)('cannot take a stream cut by %s for a whole one', async (model) => {
      const upstream = model === GPT ? world.openai : world.anthropic
      upstream.next({ dieAfterEvents: 5 })
      const stream = await client().chat.completions.create({ model, messages: user('Hello'), stream: true })
      const read = async () => {
        for await (const chunk of stream) expect(chunk.choices[0]?.finish_reason ?? null).toBeNull()
      }
      await expect(read()).rejects.toThrow()
      expect(await world.row()).toMatchObject({ is_partial: true, refusal: 'upstream_stream_error' })
    })

    it.each(BOTH)(
      'aborts a stream from %s: the upstream is cancelled and what came is billed',
      async (model) => {
        const upstream = model === GPT ? world.openai : world.anthropic
        upstream.next({ hangAfterEvents: 5 })
        const aborted = upstream.nextAbort()
        const stream = await client().chat.completions.create({
          model,
          messages: user('Hello'),
          stream: true,
        })
        for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
        const leftMs = performance.now()
        stream.controller.abort()
        await aborted
        expect(performance.now() - leftMs).toBeLessThan(ABORT_MS)
        const row = await world.row()
        expect(row).toMatchObject({
          status: 499,
          refusal: 'client_closed',
          is_partial: true,
          is_usage_estimated: true,
        })
        expect(row.input_tokens).toBeGreaterThan(0)
        expect(row.output_tokens).toBeGreaterThan(0)
        expect(row.cost_nanos).toBeGreaterThan(0)
      },
    )

    it('aborts a call that has not been answered yet', async () => {
      world.openai.next({ hang: true })
      const aborted = world.openai.nextAbort()
      const controller = new AbortController()
      const call = client().chat.completions.create(
        { model: GPT, messages: user('Hello') },
        { signal: controller.signal },
      )
      await until(() => world.openai.requests.length === 1, 'the request')
      controller.abort()
      await expect(call).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
      await aborted
      expect(await world.row()).toMatchObject({ status: 499, is_partial: false })
    })
  })

  describe('@anthropic-ai/sdk', () => {
    const client = (apiKey = world.gateway.key) =>
      new Anthropic({
        baseURL: world.gateway.baseUrl.replace('/v1', ''),
        apiKey,
        maxRetries: 0,
        fetch: lintedFetch,
      })
    const user = (content: string) => [{ role: 'user' as const, content }]
    const tools = [WEATHER, CLOCK].map(({ name, description, schema }) => ({
      name,
      description,
      input_schema: { ...schema, required: [...schema.required] },
    }))

    it.each(BOTH)('messages through %s', async (model) => {
      const answer = await client().messages.create({ model, max_tokens: 100, messages: user('Hello') })
      expect(answer).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
      expect(answer.content[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/^(Hello|Hi)/) })
      const row = await billed()
      expect(answer._request_id).toBe(row.id)
      expect([answer.usage.input_tokens, answer.usage.output_tokens]).toEqual([
        row.input_tokens,
        row.output_tokens,
      ])
    })

    it.each(BOTH)('streams through %s', async (model) => {
      const stream = client().messages.stream({ model, max_tokens: 100, messages: user('Hello') })
      const types: string[] = []
      stream.on('streamEvent', ({ type }) => types.push(type))
      const message = await stream.finalMessage()
      expect(types[0]).toBe('message_start')
      expect(types.slice(-2)).toEqual(['message_delta', 'message_stop'])
      expect(message.stop_reason).toBe('end_turn')
      expect(message.content[0]).toMatchObject({ text: expect.stringMatching(/^(Hello|Hi)/) })
      const row = await billed()
      expect([message.usage.input_tokens, message.usage.output_tokens]).toEqual([
        row.input_tokens,
        row.output_tokens,
      ])
    })

    it.each(BOTH)('uses tools in parallel through %s, whole and streamed', async (model) => {
      const ask = user('Use get_weather and get_time')
      const whole = await client().messages.create({ model, max_tokens: 100, messages: ask, tools })
      const streamed = await client()
        .messages.stream({ model, max_tokens: 100, messages: ask, tools })
        .finalMessage()
      for (const answer of [whole, streamed]) {
        expect(answer.stop_reason).toBe('tool_use')
        const uses = answer.content.filter((block) => block.type === 'tool_use')
        expect(uses.map(({ name }) => name)).toEqual(['get_weather', 'get_time'])
        for (const use of uses) expect(use.input).toHaveProperty('location')
      }
      const uses = whole.content.filter((block) => block.type === 'tool_use')
      const after = await client().messages.create({
        model,
        max_tokens: 100,
        tools,
        messages: [
          ...ask,
          { role: 'assistant', content: whole.content },
          {
            role: 'user',
            content: uses.map(({ id }, at) => ({
              type: 'tool_result',
              tool_use_id: id,
              content: `result ${at}`,
            })),
          },
        ],
      })
      const [block] = after.content
      expect(block?.type === 'text' && block.text).toContain('result 1')
    })

    it.each(BOTH)('parses structured output through %s', async (model) => {
      const answer = await client().messages.create({
        model,
        max_tokens: 100,
        messages: user('The answer?'),
        output_config: { format: { type: 'json_schema', schema: ANSWER } },
      })
      const [block] = answer.content
      expect(JSON.parse(block?.type === 'text' ? block.text : '')).toEqual({ answer: 42 })
    })

    it('counts tokens, free', async () => {
      const { input_tokens } = await client().messages.countTokens({ model: CLAUDE, messages: user('Hello') })
      expect(input_tokens).toBeGreaterThan(0)
      expect(await world.row()).toMatchObject({
        endpoint: 'messagesCountTokens',
        cost_nanos: 0,
        input_tokens: 0,
      })
    })

    it('lists and retrieves models', async () => {
      const ids: string[] = []
      for await (const model of client().models.list()) ids.push(model.id)
      expect(ids).toContain(CLAUDE)
      const one = await client().models.retrieve(CLAUDE)
      expect(one).toMatchObject({ id: CLAUDE, type: 'model', display_name: expect.any(String) })
    })

    it('raises the class and type it documents', async () => {
      const wrongKey = client('tg_wrong').messages.create({
        model: CLAUDE,
        max_tokens: 9,
        messages: user('x'),
      })
      await expect(wrongKey).rejects.toBeInstanceOf(Anthropic.AuthenticationError)
      await expect(wrongKey).rejects.toMatchObject({
        error: { type: 'error', error: { type: 'authentication_error' } },
      })

      const noModel = client().messages.create({ model: '@nowhere/x', max_tokens: 9, messages: user('x') })
      await expect(noModel).rejects.toBeInstanceOf(Anthropic.NotFoundError)
      await expect(noModel).rejects.toThrow(/Model not found/)

      world.anthropic.next({ status: 529 })
      const busy = client().messages.create({ model: CLAUDE, max_tokens: 9, messages: user('x') })
      await expect(busy).rejects.toMatchObject({
        status: 529,
        error: { error: { type: 'overloaded_error' } },
      })

      world.openai.next({ status: 429 })
      const limited = client().messages.create({ model: GPT, max_tokens: 9, messages: user('x') })
      await expect(limited).rejects.toBeInstanceOf(Anthropic.RateLimitError)
      await expect(limited).rejects.toMatchObject({ error: { error: { type: 'rate_limit_error' } } })
    })

    it.each(BOTH)('cannot take a stream cut by %s for a whole one', async (model) => {
      const upstream = model === GPT ? world.openai : world.anthropic
      upstream.next({ dieAfterEvents: 5 })
      const stream = client().messages.stream({ model, max_tokens: 100, messages: user('Hello') })
      await expect(stream.finalMessage()).rejects.toThrow(/lost|broke|terminated|aborted/i)
      expect(await world.row()).toMatchObject({ is_partial: true })
    })

    it.each(BOTH)('aborts a stream from %s', async (model) => {
      const upstream = model === GPT ? world.openai : world.anthropic
      upstream.next({ hangAfterEvents: 5 })
      const aborted = upstream.nextAbort()
      const stream = await client().messages.create({
        model,
        max_tokens: 100,
        messages: user('Hello'),
        stream: true,
      })
      for await (const event of stream) if (event.type === 'content_block_delta') break
      stream.controller.abort()
      await aborted
      const row = await world.row()
      expect(row).toMatchObject({ status: 499, is_partial: true, is_usage_estimated: true })
      expect(row.output_tokens).toBeGreaterThan(0)
    })
  })

  describe('portkey-ai', () => {
    const client = (options: object = {}) =>
      new Portkey({
        apiKey: world.gateway.key,
        baseURL: world.gateway.baseUrl,
        maxRetries: 0,
        ...options,
      } as ConstructorParameters<typeof Portkey>[0])
    const messages = [{ role: 'user', content: 'Hello' }] as { role: 'user'; content: string }[]

    it.each(BOTH)('chats through %s, and reads its own headers', async (model) => {
      const answer = await client({
        traceID: 'trace-7',
        metadata: { team: 'research' },
      }).chat.completions.create({
        model,
        messages,
      })
      expect(answer.choices[0]?.message?.content).toMatch(/^(Hello|Hi)/)
      const row = await billed()
      expect(row).toMatchObject({ trace_id: 'trace-7', metadata: { team: 'research' } })
      expect(answer.getHeaders()).toMatchObject({
        'trace-id': 'trace-7',
        'request-id': row.id,
        provider: model === GPT ? 'openai' : 'anthropic',
        'cache-status': 'DISABLED',
        'retry-attempt-count': '0',
      })
    })

    it.each([
      ['provider', { provider: '@openai-prod' }],
      ['virtualKey', { virtualKey: 'openai-prod' }],
    ])('names its provider by %s', async (_, options) => {
      const answer = await client(options).chat.completions.create({ model: 'gpt-4o', messages })
      expect(answer.choices[0]?.finish_reason).toBe('stop')
      expect(await world.row()).toMatchObject({ provider_slug: 'openai-prod', requested_model: 'gpt-4o' })
    })

    it.each(BOTH)('streams through %s', async (model) => {
      const stream = await client().chat.completions.create({ model, messages, stream: true })
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? ''
      expect(text).toMatch(/^(Hello|Hi)/)
      await billed()
    })

    it('embeds', async () => {
      const answer = await client().embeddings.create({
        model: '@openai-prod/text-embedding-3-small',
        input: 'one',
      })
      expect(answer.data?.length).toBe(1)
      await billed()
    })

    it('lists models', async () => {
      const { data } = await client().models.list()
      expect((data as { id: string }[]).map(({ id }) => id)).toContain(GPT)
    })

    it('hears Portkey statuses', async () => {
      const bare = client().chat.completions.create({ model: 'gpt-4o', messages })
      await expect(bare).rejects.toMatchObject({ status: 400 })
      const unknown = client({ provider: '@nowhere' }).chat.completions.create({ model: 'gpt-4o', messages })
      await expect(unknown).rejects.toMatchObject({ status: 404 })
      world.openai.next({ status: 401 })
      const denied = client({ provider: '@openai-prod' }).chat.completions.create({
        model: 'gpt-4o',
        messages,
      })
      await expect(denied).rejects.toMatchObject({ status: 401 })
    })
  })

  describe('ai with @ai-sdk/openai-compatible', () => {
    const provider = (apiKey = world.gateway.key) =>
      createOpenAICompatible({
        name: 'tollgate',
        baseURL: world.gateway.baseUrl,
        apiKey,
        fetch: lintedFetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })
    const tools = {
      get_weather: tool({
        description: WEATHER.description,
        inputSchema: jsonSchema<{ location: string }>(WEATHER.schema as never),
        execute: async ({ location }) => `sunny in ${location}`,
      }),
    }

    it.each(BOTH)('generates text through %s', async (model) => {
      const { text, usage, finishReason } = await generateText({
        model: provider()(model),
        prompt: 'Hello',
        maxRetries: 0,
      })
      expect(text).toMatch(/^(Hello|Hi)/)
      expect(finishReason).toBe('stop')
      const row = await billed()
      expect([usage.inputTokens, usage.outputTokens]).toEqual([row.input_tokens, row.output_tokens])
    })

    it.each(BOTH)('streams text through %s', async (model) => {
      const result = streamText({ model: provider()(model), prompt: 'Hello', maxRetries: 0 })
      let text = ''
      for await (const part of result.textStream) text += part
      expect(text).toMatch(/^(Hello|Hi)/)
      expect((await result.usage).outputTokens).toBeGreaterThan(0)
      await billed()
    })

    it.each(BOTH)('runs a tool in a loop through %s', async (model) => {
      const { text, steps } = await generateText({
        model: provider()(model),
        prompt: 'Use get_weather',
        tools,
        stopWhen: ({ steps: done }) => done.length === 2,
        maxRetries: 0,
      })
      expect(steps.length).toBe(2)
      expect(text).toContain('sunny in')
    })

    it.each(BOTH)('generates an object through %s', async (model) => {
      const { object } = await generateObject({
        model: provider()(model),
        prompt: 'The answer?',
        schema: jsonSchema<{ answer: number }>(ANSWER as never),
        maxRetries: 0,
      })
      expect(object).toEqual({ answer: 42 })
    })

    it('raises what it was told', async () => {
      const unknown = generateText({ model: provider()('@nowhere/x'), prompt: 'Hello', maxRetries: 0 })
      await expect(unknown).rejects.toMatchObject({
        statusCode: 404,
        message: expect.stringContaining('Model not found'),
      })
    })

    it('aborts', async () => {
      world.openai.next({ hangAfterEvents: 5 })
      const aborted = world.openai.nextAbort()
      const controller = new AbortController()
      const result = streamText({
        model: provider()(GPT),
        prompt: 'Hello',
        abortSignal: controller.signal,
        maxRetries: 0,
      })
      for await (const part of result.textStream) if (part) break
      controller.abort()
      await aborted
      expect(await world.row()).toMatchObject({ status: 499, is_partial: true })
    })
  })
})
