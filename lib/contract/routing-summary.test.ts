import { describe, expect, it } from 'vitest'
import { configSummary } from './routing-summary.ts'

describe('configSummary', () => {
  it.each([
    [
      { strategy: { mode: 'fallback' }, targets: [{}, {}], cache: 'simple' },
      'Fallback over 2 targets, cache simple',
    ],
    [
      { strategy: { mode: 'loadbalance' }, targets: [{ targets: [{}] }], retry: { attempts: 3 } },
      'Load balance over 1 target (1 nested), retry 3 times',
    ],
    [{ strategy: { mode: 'conditional' }, targets: [{}, {}, {}] }, 'Conditions over 3 targets'],
    [{ provider: '@one', override_params: { model: 'gpt-4o' } }, 'Sent to @one as gpt-4o'],
    [{ targets: [{ virtual_key: 'one' }] }, 'Sent to @one'],
    [
      { override_params: { model: '@one/gpt-4o' }, request_timeout: 1500 },
      'Sent to @one/gpt-4o, timeout 1.5 s',
    ],
    [{ cache: { mode: 'semantic' }, input_guardrails: ['pg-1'] }, 'Cache semantic, 1 guardrail'],
    [{ default_params: { temperature: 0 } }, 'Settings only'],
    [null, 'Settings only'],
  ])('says of %j: %s', (config, words) => expect(configSummary(config)).toBe(words))
})
