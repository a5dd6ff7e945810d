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
    'the workspace over it, where it may',
    { request_logging: 'metrics_only', allow_workspace_override: true, retention: { logs_days: 30 } },
    { request_logging: 'full', retention: { logs_days: 5, bodies_days: 60 } },
    { logging: 'full', retentionDays: 5, bodiesRetentionDays: 5 },
  ],
  [
    'the workspace over it, where it may not',
    { request_logging: 'metrics_only' },
    { request_logging: 'full' },
    { logging: 'metrics_only', retentionDays: 90, bodiesRetentionDays: 90 },
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
