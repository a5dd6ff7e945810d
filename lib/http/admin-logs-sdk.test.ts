import Portkey from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logVerbs } from '../admin/telemetry.ts'
import type { CallRecord } from '../logs/record.ts'
import { type AdminWorld, adminWorld } from '../testing/admin.ts'
import { type AdminServer, startAdminServer } from '../testing/admin-server.ts'
import { adminRoute } from './admin.ts'

let world: AdminWorld
let server: AdminServer
const appended: CallRecord[] = []

beforeAll(async () => {
  world = await adminWorld({ journal: { append: (record) => void appended.push(record) } })
  server = await startAdminServer(adminRoute(world.source, logVerbs))
})
afterAll(async () => {
  await server.close()
  await world.drop()
})

describe('the official Node client, unchanged', () => {
  test('logs: one made elsewhere is taken', async () => {
    const { secret } = await world.addKey('workspace-service', ['completions.write', 'logs.write'])
    const bound = new Portkey({ apiKey: secret, baseURL: server.url })
    const made = await bound.logs.create({
      request: {
        url: 'https://api.openai.com/v1/chat/completions',
        provider: 'openai',
        method: 'post',
        headers: {},
        body: { model: 'gpt-4o-mini' },
      },
      response: {
        status: 200,
        headers: {},
        body: { usage: { prompt_tokens: 10, completion_tokens: 1 } },
        response_time: 5,
      },
      metadata: { trace_id: 'sdk-trace', span_id: 's', team: 'blue' },
    })
    expect(made).toMatchObject({ status: 'success', ids: [appended[0]?.id] })
    expect(appended).toMatchObject([
      { trace_id: 'sdk-trace', span_id: 's', metadata: { team: 'blue' }, input_tokens: 10 },
    ])
  })
})
