import { describe, expect, test } from 'vitest'
import { ADMIN_FAMILIES, apiPath, isProbe, normalisePath, planeOf } from './planes.ts'

describe('which plane', () => {
  test.each([
    'api-keys',
    'api-keys/workspace/service',
    'admin/workspaces',
    'integrations/openai/models',
    'providers',
    'virtual-keys/x',
    'configs/pc-1',
    'guardrails',
    'policies/usage-limits',
    'secret-references',
    'workspace-exclusions/input-guardrails',
    'labels',
    'collections',
    'prompts',
    'prompts/pp-1',
    'prompts/partials',
    'prompts/pp-1/versions',
    'mcp-integrations',
    'mcp-servers',
    'logs',
    'logs/exports',
    'feedback',
    'analytics/graphs/cost',
    'audit-logs',
    'scim/workspaces',
    'model-configs/pricing/openai/gpt-4o',
    'limits',
    'wallets/1',
  ])('%s is an admin family', (path) => {
    expect(planeOf(path)).toBe('admin')
  })

  test.each([
    '',
    'chat/completions',
    'completions',
    'messages',
    'messages/count_tokens',
    'embeddings',
    'models',
    'models/@openai/gpt-4o',
    'responses',
    'images/generations',
    'audio/speech',
    'files',
    'batches',
    'realtime',
    'whatever/else',
    'prompts/pp-1/completions',
    'prompts/pp-1/render',
    'prompts/pp-1/render/',
    'api-keysx',
    'adminx',
    'LOGS',
  ])('%s is data plane', (path) => {
    expect(planeOf(path)).toBe('data')
  })

  test('a prompt family below completions stays with the admin plane', () => {
    expect(planeOf('prompts/pp-1/completions/more')).toBe('admin')
    expect(planeOf('prompts/completions')).toBe('admin')
  })

  test('the families are sorted and named once', () => {
    expect([...ADMIN_FAMILIES]).toEqual([...new Set(ADMIN_FAMILIES)].sort())
  })
})

describe('aliases', () => {
  test.each([
    ['/api/v1/chat/completions', '/api/v1/chat/completions'],
    ['/v1/chat/completions', '/api/v1/chat/completions'],
    ['/v2/api-keys', '/api/v1/api-keys'],
    ['/api/v2/configs', '/api/v1/configs'],
    ['/v1', '/api/v1'],
    ['/v1/', '/api/v1/'],
    ['/v2/auth/login', '/v2/auth/login'],
    ['/v2/authors', '/api/v1/authors'],
    ['/api/v1/v1/chat/completions', '/api/v1/chat/completions'],
    ['/v1/v1/models', '/api/v1/models'],
    ['/v1/v1/v1/models', '/api/v1/models'],
    ['/api/v10/x', '/api/v10/x'],
    ['/v10/x', '/v10/x'],
    ['/logs', '/logs'],
    ['/', '/'],
    ['/api/auth/session', '/api/auth/session'],
  ])('%s is read as %s', (path, expected) => {
    expect(normalisePath(path)).toBe(expected)
    expect(normalisePath(expected)).toBe(expected)
  })

  test('the part below the base is what planes are told by', () => {
    expect(apiPath('/v1/api-keys/1')).toBe('api-keys/1')
    expect(apiPath('/api/v1')).toBe('')
    expect(apiPath('/logs')).toBeNull()
  })
})

describe('probes', () => {
  test.each([
    ['GET', '/api/api/tags'],
    ['GET', '/api/tags'],
    ['GET', '/api/v1/props'],
    ['GET', '/v1/props'],
    ['HEAD', '/api/props'],
    ['GET', '/api/version'],
    ['GET', '/version'],
    ['GET', '/api/models'],
    ['POST', '/api/api/show'],
    ['POST', '/api/show'],
  ])('%s %s is a probe', (method, path) => {
    expect(isProbe(method, path)).toBe(true)
  })

  test.each([
    ['GET', '/api/v1/models'],
    ['GET', '/v1/models'],
    ['POST', '/api/version'],
    ['GET', '/api/api/show'],
    ['GET', '/api/health'],
    ['GET', '/api/v1/models/@openai-prod/gpt-4o'],
  ])('%s %s is not', (method, path) => {
    expect(isProbe(method, path)).toBe(false)
  })
})
