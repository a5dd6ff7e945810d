/** Configs that customers copy from the guide, as they stand there: each is accepted as it is. */
export const CONFIG_SAMPLES: Readonly<Record<string, object>> = {
  fallbacks: {
    strategy: { mode: 'fallback' },
    targets: [{ provider: '@openai-prod' }, { provider: '@anthropic-prod' }, { provider: '@bedrock-prod' }],
  },
  'load balancing': {
    strategy: { mode: 'loadbalance' },
    targets: [
      { provider: '@openai-key-1', weight: 0.5 },
      { provider: '@openai-key-2', weight: 0.5 },
    ],
  },
  caching: { provider: '@openai-prod', cache: { mode: 'simple' } },
  retries: { provider: '@openai-prod', retry: { attempts: 3, on_status_codes: [429, 500, 502, 503] } },
  'metadata for tracing': {
    provider: '@openai-prod',
    metadata: { agent: 'hermes', environment: 'production', host: 'vps-01' },
  },
  'load balancing by model': {
    strategy: { mode: 'load-balance' },
    targets: [
      { override_params: { model: '@YOUR_OPENAI_PROVIDER_SLUG/gpt-model' } },
      { override_params: { model: '@YOUR_ANTHROPIC_PROVIDER/claude-sonnet-model' } },
    ],
  },
}

/** The providers they name. */
export const SAMPLE_PROVIDERS = [
  'openai-prod',
  'anthropic-prod',
  'bedrock-prod',
  'openai-key-1',
  'openai-key-2',
  'YOUR_OPENAI_PROVIDER_SLUG',
  'YOUR_ANTHROPIC_PROVIDER',
]
