import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Call } from '../gateway/call.ts'
import { listModels } from '../gateway/models.ts'
import type { Caller } from '../gateway/ports.ts'
import { resolveTarget } from '../gateway/resolve.ts'
import { encryptSecret } from '../secrets.ts'
import { type AdminWorld, adminWorld, TEST_SECRET } from '../testing/admin.ts'
import { until } from '../testing/world.ts'
import { catalogDirectory } from './catalog.ts'
import { watchChanges } from './changes.ts'

let world: AdminWorld
let directory: ReturnType<typeof catalogDirectory>
let feed: ReturnType<typeof watchChanges>
let workspaceId: string
let integrationId: string

beforeAll(async () => {
  world = await adminWorld()
  const { prisma, pool, url } = world.database
  await prisma.integration.updateMany({ data: { status: 'archived' } })
  await prisma.provider.updateMany({ data: { status: 'archived' } })
  directory = catalogDirectory(prisma, [TEST_SECRET], world.runtime.now)
  feed = watchChanges({ pool, directUrl: url, onChange: directory.changed, log: () => {} })
  await feed.ready
  workspaceId = world.first.workspaceId
  integrationId = world.runtime.newId()
  await prisma.integration.create({
    data: {
      id: integrationId,
      organisationId: world.first.organisationId,
      slug: 'openai-main',
      name: 'OpenAI',
      aiProviderId: 'openai',
      models: {
        create: [
          { slug: 'gpt-4.1', enabled: false },
          { slug: 'ours', isCustom: true, baseModelSlug: 'gpt-4o-mini' },
          { slug: 'gpt-4o.mini', isCustom: true, baseModelSlug: 'gpt-4o-mini' },
        ],
      },
    },
  })
  await prisma.provider.create({
    data: { id: world.runtime.newId(), workspaceId, integrationId, slug: 'main', name: 'Main' },
  })
  await prisma.integrationWorkspace.create({ data: { integrationId, workspaceId } })
})
afterAll(async () => {
  await feed.close()
  await world.drop()
})

const CALL = { style: { isPortkey: true, isAnthropic: false }, headers: {}, query: '' } as unknown as Call

async function find(model: string, call = CALL) {
  const signals = { slug: null, providerId: null, customHost: null }
  return resolveTarget(call, {} as Caller, await directory.of(workspaceId), signals, model, true, 0).model
}

async function listed(): Promise<string[]> {
  const { data } = listModels(await directory.of(workspaceId), CALL, 0) as { data: { slug: string }[] }
  return data.map(({ slug }) => slug)
}

async function keepTo(models: string[] | null) {
  await world.database.prisma.$executeRaw`
    update integration_workspaces set models = ${models === null ? null : JSON.stringify(models)}::jsonb
    where integration_id = ${integrationId}::uuid`
}

const NOT_ALLOWED = expect.objectContaining({ code: 'model_not_allowed' })

test('a workspace’s list of models is live within two seconds, and so is its end', async () => {
  expect(await find('@main/gpt-4o')).toBe('gpt-4o')
  await keepTo(['gpt-4o-mini', 'ours', 'gpt-4.1', 'never-heard-of'])
  let isKept = false
  const watch = setInterval(async () => {
    isKept = (await directory.of(workspaceId)).bySlug('main')?.isWithheld('gpt-4o') ?? false
  }, 20)
  await until(() => isKept, 'the list')
  clearInterval(watch)
  await expect(find('@main/gpt-4o')).rejects.toEqual(NOT_ALLOWED)
})

test('only models that are both listed and enabled are called and listed', async () => {
  expect(await find('@main/gpt-4o-mini')).toBe('gpt-4o-mini')
  expect(await find('@main/ours')).toBe('ours')
  await expect(find('@main/gpt-4o')).rejects.toThrow(
    'Model not found: @main/gpt-4o is enabled on the integration "openai-main", but this workspace\'s list of models leaves it out.',
  )
  await expect(find('@main/gpt-4.1')).rejects.toThrow('@main/gpt-4.1 is not enabled on the integration')
  // The integration takes any name, and so does the list where it holds one the catalogue has forgotten.
  expect(await find('@main/never-heard-of')).toBe('never-heard-of')
  await expect(find('@main/another-one')).rejects.toEqual(NOT_ALLOWED)
  expect((await listed()).sort()).toEqual(['gpt-4o-mini', 'never-heard-of', 'ours'])
})

test('a name that only reads like one of the list is not let through by it', async () => {
  expect(await find('@main/GPT-4O-mini')).toBe('GPT-4O-mini')
  await expect(find('@main/gpt-4o.mini')).rejects.toEqual(NOT_ALLOWED)
  await expect(find('@main/gpt-4o-mini-2024-07-18')).rejects.toEqual(NOT_ALLOWED)
})

test('a bare model goes nowhere when the list leaves it out, and the suggestions hold only what it names', async () => {
  const call = { ...CALL, style: { ...CALL.style, isPortkey: false } } as Call
  expect(await find('gpt-4o-mini', call)).toBe('gpt-4o-mini')
  const refused = await find('gpt-4o', call).catch((error: Error) => error.message)
  expect(refused).toMatch(/Did you mean @main\/gpt-4o-mini\?/)
})

test('the switch for all models does not widen a list, and an empty list lets nothing through', async () => {
  await keepTo([])
  directory.changed('integration_workspaces')
  await expect(find('@main/gpt-4o')).rejects.toEqual(NOT_ALLOWED)
  expect(await listed()).toEqual([])
  await keepTo(null)
  directory.changed('integration_workspaces')
  expect(await find('@main/another-one')).toBe('another-one')
})

test('a model with a host and headers of its own is called there, and no other is', async () => {
  const { prisma } = world.database
  const sealed = encryptSecret(
    TEST_SECRET,
    JSON.stringify({ key: null, configurations: { custom_headers: { 'X-Token': 'secret' } } }),
  )
  const configurations = {
    custom_host: 'https://own.example/v1/',
    custom_headers: { 'X-Team': 'blue', 'X-Token': 'se********ret' },
    sealed: Buffer.from(sealed).toString('base64'),
  }
  const set = (value: object) =>
    prisma.modelSetting.updateMany({ where: { slug: 'ours' }, data: { configurations: value } })
  const providerOf = async (model: string) => {
    directory.changed('model_settings')
    const signals = { slug: null, providerId: null, customHost: null }
    const catalog = await directory.of(workspaceId)
    return resolveTarget(CALL, {} as Caller, catalog, signals, model, true, 0).provider
  }
  await set(configurations)
  expect(await providerOf('@main/ours')).toMatchObject({
    slug: 'main',
    baseUrl: 'https://own.example/v1',
    isStoredHost: true,
    headers: { 'x-team': 'blue', 'x-token': 'secret' },
  })
  const { baseUrl, headers } = await providerOf('@main/gpt-4o')
  expect([baseUrl, headers]).toEqual(['https://api.openai.com/v1', {}])
  await set({ ...configurations, sealed: 'not ours' })
  await expect(providerOf('@main/ours')).rejects.toMatchObject({ code: 'provider_disabled' })
  await set({})
})

test('one workspace’s list is no other workspace’s', async () => {
  const other = await world.addWorkspace('Other')
  const { prisma } = world.database
  await prisma.provider.create({
    data: {
      id: world.runtime.newId(),
      workspaceId: other.id,
      integrationId,
      slug: 'main',
      name: 'Main',
    },
  })
  await keepTo(['ours'])
  directory.changed('integration_workspaces')
  expect((await directory.of(other.id)).bySlug('main')?.card('gpt-4o')?.id).toBe('gpt-4o')
  expect((await directory.of(workspaceId)).bySlug('main')?.card('gpt-4o')).toBeNull()
})
