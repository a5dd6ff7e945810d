import { describe, expect, test } from 'vitest'
import { decryptSecret, encryptSecret, maskSecret, maskSecrets, rewrapSecret } from './secrets.ts'

const NOW = 'the-secret-of-today-at-least-32-characters'
const BEFORE = 'the-secret-of-last-year-of-32-characters'

describe('at rest', () => {
  test.each(['sk-live-1', '', 'Schlüssel 🔑', 'x'.repeat(100_000)])(
    'a secret comes back as it went in',
    (secret) => {
      expect(decryptSecret(NOW, encryptSecret(NOW, secret))).toBe(secret)
    },
  )

  test('two sealings of one secret differ, and neither holds it', () => {
    const [one, two] = [encryptSecret(NOW, 'sk-live-canary'), encryptSecret(NOW, 'sk-live-canary')]
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false)
    expect(Buffer.from(one).includes('canary')).toBe(false)
  })

  test('any changed byte is noticed', () => {
    const sealed = encryptSecret(NOW, 'sk-live-1')
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice()
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => decryptSecret(NOW, changed)).toThrow(/stored secret/)
    }
    expect(() => decryptSecret(NOW, sealed.slice(0, 20))).toThrow(/stored secret/)
  })

  test('a turned TOLLGATE_SECRET opens what the old one sealed, and rewraps it without opening', () => {
    const old = encryptSecret(BEFORE, 'sk-live-1')
    expect(() => decryptSecret(NOW, old)).toThrow('another TOLLGATE_SECRET')
    expect(decryptSecret([NOW, BEFORE], old)).toBe('sk-live-1')
    const turned = rewrapSecret(NOW, [BEFORE], old)
    if (!turned) throw new Error('nothing was rewrapped')
    expect(decryptSecret(NOW, turned)).toBe('sk-live-1')
    expect(rewrapSecret(NOW, [BEFORE], turned)).toBeNull()
    expect(() => rewrapSecret(NOW, [], old)).toThrow('another TOLLGATE_SECRET')
  })
})

describe('out of sight', () => {
  test('a mask tells two secrets apart and gives nothing to use', () => {
    expect(maskSecret('sk-proj-abcdefghijklmnop-wAA')).toBe('sk********wAA')
    expect(maskSecret('short')).toBe('********')
    expect(maskSecret('')).toBe('********')
  })

  test('secret fields are masked in either case and at any depth; what only names a secret is not', () => {
    const masked = maskSecrets({
      key: 'sk-proj-abcdefghijklmnop',
      apiKey: 'abcdefghijklmnopq',
      configurations: {
        aws_secret_access_key: 'abcdefghijklmnopq',
        awsSecretAccessKey: 'abcdefghijklmnopq',
        aws_access_key_id: 'AKIDEXAMPLE',
        custom_headers: { 'x-anything': 'abcdefghijklmnopq' },
        aws_region: 'eu-central-1',
      },
      list: [{ password: 'abcdefghijklmnopq' }],
      key_transition_period_ms: 5,
      api_key_id: '019cd19c-3000-7574-9d13-b9ad351ff846',
      credit_limit: 5,
      nothing: null,
    })
    expect(masked).toEqual({
      key: 'sk********nop',
      apiKey: 'ab********opq',
      configurations: {
        aws_secret_access_key: 'ab********opq',
        awsSecretAccessKey: 'ab********opq',
        aws_access_key_id: 'AKIDEXAMPLE',
        custom_headers: { 'x-anything': 'ab********opq' },
        aws_region: 'eu-central-1',
      },
      list: [{ password: '********' }],
      key_transition_period_ms: 5,
      api_key_id: '019cd19c-3000-7574-9d13-b9ad351ff846',
      credit_limit: 5,
      nothing: null,
    })
  })

  test.each([
    'tg_sZ8kQ0123456789012345678901234567890123456789ABCDEqL',
    'sk-proj-4f2b1c0d9e8f7a6b5c4d',
    'sk-ant-api03-4f2b1c0d9e8f7a6b5c4d',
    'gsk_4f2b1c0d9e8f7a6b5c4d',
    'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlc2ln',
  ])('a secret told by its shape is masked wherever it stands: %s', (secret) => {
    expect(JSON.stringify(maskSecrets({ note: `use ${secret} please`, deep: [secret] }))).not.toContain(
      secret,
    )
  })

  test('text that is JSON hides what the same object would', () => {
    const said = { config: JSON.stringify({ provider: 'openai', api_key: '0123456789abcdef', weight: 1 }) }
    expect(maskSecrets(said)).toEqual({
      config: '{"provider":"openai","api_key":"01********def","weight":1}',
    })
    expect(maskSecrets('[not json')).toBe('[not json')
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    expect(maskSecrets(deep)).toBe(deep)
  })

  test('a mask is not masked again', () => {
    expect(maskSecrets({ key: 'tg_sZ8*******qL' })).toEqual({ key: 'tg_sZ8*******qL' })
  })
})
