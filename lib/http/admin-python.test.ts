import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { adminFamilies } from '../testing/admin-families.ts'
import { startAdminServer } from '../testing/admin-server.ts'
import { isPythonInstalled, partsOfPython, runPrograms, runPython } from '../testing/portkey/python.ts'
import { forgotten, ROWS } from '../testing/portkey/rows.ts'
import type { Transcript } from '../testing/portkey/transcript.ts'
import { type PortkeyWorld, portkeyWorld } from '../testing/portkey/world.ts'
import { adminRoute } from './admin.ts'

const NAMED = ROWS.map((row) => [row.objects, row] as const)
/** A Python takes a second to start, and many times that on a busy machine. */
const PYTHON_MS_MAX = 240_000

describe.skipIf(!isPythonInstalled())('the official Python client, unchanged', () => {
  describe.each(['empty', 'populated'] as const)('on an organisation that is %s', (kind) => {
    let served: PortkeyWorld
    let told: Map<string, Transcript | string>

    beforeAll(async () => {
      served = await portkeyWorld(kind)
      told = await runPrograms({
        url: served.server.url,
        key: served.world.adminKey,
        given: served.given,
        programs: Object.fromEntries(ROWS.map(({ python, parts }) => [python, parts])),
      })
    }, PYTHON_MS_MAX)
    afterAll(() => served.close())

    test.each(NAMED)('%s go round', (_, { python, expects }) => {
      const transcript = told.get(python)
      if (typeof transcript !== 'object') throw new Error(transcript)
      expect(transcript.leftOut).toEqual([])
      expects(transcript, { given: served.given, kind, client: 'python' })
    })
  })

  describe('alone', { timeout: PYTHON_MS_MAX }, () => {
    let served: PortkeyWorld

    beforeAll(async () => {
      served = await portkeyWorld('populated')
    })
    afterAll(() => served.close())

    /** What the client made of three refusals, as its users catch and read them. */
    async function refusals(url: string, key: string) {
      const programs = { 'refused.py': [] }
      const told = (await runPrograms({ url, key, given: served.given, programs })).get('refused.py')
      if (typeof told !== 'object') throw new Error(told)
      return told.calls.map((call) => ('refused' in call ? call.refused : call))
    }

    test('administers nothing that has no row', async () => {
      const parts = await partsOfPython()
      expect(parts).toEqual(expect.arrayContaining(ROWS.flatMap((row) => row.parts)))
      expect(forgotten(parts)).toEqual([])
    })

    test('runs the sample of the guide with nothing but its base URL changed', async () => {
      const { given, routes, server, world } = served
      const sample = readFileSync(new URL('../testing/__fixtures__/portkey/seed.py', import.meta.url), 'utf8')
        .replace('"YOUR_ADMIN_API_KEY"', `"${world.adminKey}", base_url="${server.url}"`)
        .replace('YOUR_WORKSPACE_ID', given.workspace_id)
        .replace('your-config-id', String(given.config_slug))
      const [made = ''] = await runPython(['-c', `${sample}\nprint(api_key.model_dump_json())`])
      const { id, key } = JSON.parse(made) as { id: string; key: string }
      expect(key).toMatch(/^tg_a[0-9A-Za-z]{49}$/)
      const { body } = await world.call(routes, 'GET', `api-keys/${id}`, { key: world.adminKey })
      expect(body).toMatchObject({
        name: 'frontend-engineering',
        type: 'organisation-service',
        workspace_id: given.workspace_id,
        scopes: ['logs.view', 'configs.read'],
        defaults: {
          config_id: given.config_slug,
          metadata: { environment: 'development', department: 'engineering', team: 'frontend' },
        },
      })
    })

    test('hears why it was refused, in the class its users catch, and asks once', async () => {
      const { server, world } = served
      const before = server.calls()
      expect(await refusals(server.url, world.adminKey)).toEqual([
        { kind: 'BadRequestError', status: 400, message: 'Error code: 400 - name is required' },
        {
          kind: 'NotFoundError',
          status: 404,
          message: expect.stringMatching(/^Error code: 404 - .*integration/),
        },
        { kind: 'ConflictError', status: 409, message: expect.stringContaining('openai-main is taken') },
      ])
      expect(server.calls() - before).toBe(3)
    })

    test('tells a key nobody has from one that may not', async () => {
      const { server, world } = served
      const { secret } = await world.addKey('workspace-service', [])
      const kinds = async (key: string) =>
        (await refusals(server.url, key)).map((refused) => 'kind' in refused && refused.kind)
      expect(await kinds('tg_sNobody')).toEqual(Array(3).fill('AuthenticationError'))
      expect(await kinds(secret)).toEqual(Array(3).fill('PermissionDeniedError'))
    })

    test('does not send again what failed on our side', async () => {
      const broken = await startAdminServer(
        adminRoute(() => Promise.reject(new Error('no database')), ...(await adminFamilies())),
      )
      vi.spyOn(console, 'error').mockImplementation(() => undefined)
      try {
        const [first] = await refusals(broken.url, 'any')
        expect(first).toMatchObject({ kind: 'InternalServerError', status: 500 })
        expect(broken.calls()).toBe(3)
      } finally {
        await broken.close()
        vi.restoreAllMocks()
      }
    })
  })
})
