import { uuidTimeMs, uuidv7 } from '../ids.ts'
import type { CallBodies, CallRecord } from '../logs/record.ts'

/** A plausible, priced, successful call for tests; `fields` replace what a test is about. */
export function sampleRecord(fields: Partial<CallRecord> = {}): CallRecord {
  const id = fields.id ?? uuidv7(Date.now())
  return {
    id,
    created_at: new Date(uuidTimeMs(id)).toISOString(),
    organisation_id: '018f0000-0000-7000-8000-000000000001',
    workspace_id: '018f0000-0000-7000-8000-000000000002',
    api_key_id: '018f0000-0000-7000-8000-000000000003',
    user_id: null,
    user_label: 'ann',
    trace_id: id,
    span_id: id.slice(-12),
    span_name: null,
    parent_span_id: null,
    session_id: null,
    endpoint: 'chatComplete',
    method: 'POST',
    path: '/v1/chat/completions',
    provider_slug: 'openai-prod',
    integration_id: null,
    ai_org: 'openai',
    ai_model: 'gpt-4o-mini',
    requested_model: '@openai-prod/gpt-4o-mini',
    config_id: null,
    config_version_id: null,
    status: 200,
    is_success: true,
    refusal: null,
    is_partial: false,
    is_stream: false,
    finish_reason: 'stop',
    input_tokens: 12,
    output_tokens: 30,
    reasoning_tokens: 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    cost_nanos: 19_800,
    is_unpriced: false,
    is_usage_estimated: false,
    response_ms: 123,
    ttft_ms: 100,
    upstream_ms: 120,
    overhead_us: 350,
    cache_status: 'DISABLED',
    mode: 'single',
    retry_count: 0,
    attempts: [
      {
        provider: 'openai-prod',
        model: 'gpt-4o-mini',
        status: 200,
        error: null,
        start_ms: 0,
        connect_ms: 1,
        headers_ms: 100,
        first_ms: 100,
        end_ms: 122,
      },
    ],
    metadata: { _user: 'ann', env: 'prod' },
    source: 'api',
    runtime: 'node',
    runtime_version: '20.20.2',
    sdk_version: '3.1.0',
    upstream_id: 'req_123',
    request_bytes: 250,
    response_bytes: 600,
    has_bodies: false,
    retention_days: 90,
    bodies_retention_days: 30,
    ...fields,
  }
}

/** Bodies of a small chat for tests. */
export function sampleBodies(fields: Partial<CallBodies> = {}): CallBodies {
  return {
    head: JSON.stringify({
      request: { url: '/v1/chat/completions', headers: { 'content-type': 'application/json' } },
    }),
    request: Buffer.from('{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}'),
    response: Buffer.from('{"choices":[{"message":{"role":"assistant","content":"hello"}}]}'),
    finalRequest: null,
    originalResponse: null,
    ...fields,
  }
}
