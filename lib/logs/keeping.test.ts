import { expect, test } from 'vitest'
import { keepingOf } from './keeping.ts'

test.each([
  ['nothing said', {}, {}, { logging: 'full', retentionDays: 90, bodiesRetentionDays: 90 }],
  [
    'the organisation',
    { request_logging: 'metrics_only', retention: { logs_days: 30, bodies_days: 7 } },
    {},
    { logging: 'metrics_only', retentionDays: 30, bodiesRetentionDays: 7 },
  ],
  [
    'the organisation, nested',
    { request_logging: { mode: 'metrics_only' } },
    null,
    { logging: 'metrics_only', retentionDays: 90, bodiesRetentionDays: 90 },
  ],
  [
    'the workspace over it',
    { request_logging: 'metrics_only', retention: { logs_days: 30 } },
    { request_logging: 'full', retention: { logs_days: 5, bodies_days: 60 } },
    { logging: 'full', retentionDays: 5, bodiesRetentionDays: 5 },
  ],
  [
    'nonsense',
    'x',
    { retention: { logs_days: -1 } },
    { logging: 'full', retentionDays: 90, bodiesRetentionDays: 90 },
  ],
] as const)('what is kept: %s', (_, organisation, workspace, kept) => {
  expect(keepingOf(organisation, workspace)).toEqual(kept)
})
