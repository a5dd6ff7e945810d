import { describe, expect, it } from 'vitest'
import { rewriteModel } from './multipart.ts'

const TYPE = 'multipart/form-data; boundary=cut'
const part = (head: string, value: string) => `--cut\r\n${head}\r\n\r\n${value}\r\n`
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value)
const file = (bytes: string) =>
  part('Content-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: audio/mpeg', bytes)
const form = (...parts: string[]) => `${parts.join('')}--cut--\r\n`
const MB = 1024 * 1024

async function* inPieces(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What leaves, and which models were asked for; every model is called `renamed` upstream unless said otherwise. */
async function passed(
  text: string,
  { size = 64 * 1024, type = TYPE, isNamed = false, name = (_: string): string => 'renamed' } = {},
) {
  const asked: (string | null)[] = []
  const ask = (model: string | null) => {
    asked.push(model)
    return model === null ? null : name(model)
  }
  const { body, grownBytes } = await rewriteModel(inPieces(text, size), type, ask, isNamed)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { text: Buffer.concat(chunks).toString(), asked, grownBytes }
}

describe('the model of a form is renamed as it passes', () => {
  const WRITTEN: [string, string][] = [
    ['quoted', field('model', 'MODEL')],
    ['unquoted', part('Content-Disposition: form-data; name=model', 'MODEL')],
    ['with spaces', part('content-disposition: form-data ; name = "model" ; x=y', 'MODEL')],
    ['with escapes', part('Content-Disposition: form-data; name="mo\\del"', 'MODEL')],
    ['folded', part('Content-Disposition: form-data;\r\n name="model"', 'MODEL')],
    ['below another header', part('X-A: b\r\nContent-Disposition: form-data; name="model"', 'MODEL')],
    [
      'beside the word filename',
      part('Content-Disposition: form-data; name="model"; x="; filename=a"', 'MODEL'),
    ],
  ]
  it.each(WRITTEN)('%s, wherever the bytes are split', async (_, model) => {
    const text = form(field('language', 'en'), model, file('--cu\r\n--cutter\r\n-'), field('n', '1'))
    for (let size = 1; size < 60; size++) {
      const got = await passed(text.replace('MODEL', '@open/whisper-1'), { size })
      expect(got.asked).toEqual(['@open/whisper-1'])
      expect(got.text).toBe(text.replace('MODEL', 'renamed'))
      expect(got.grownBytes).toBe('renamed'.length - '@open/whisper-1'.length)
    }
  })

  it.each([
    ['no model', form(field('purpose', 'batch'), file('x'))],
    ['an empty file', form(file(''))],
    ['a file that says model', form(file('name="model"\r\n\r\ngpt-4o'))],
    [
      'a field that only ends so',
      form(field('my-model', 'a'), field('modelx', 'b'), field('x', 'name=model')),
    ],
    ['no end', field('a', 'b')],
  ])('%s leaves as it came', async (_, text) => {
    for (const size of [1, 7, 10_000])
      expect(await passed(text, { size })).toEqual({ text, asked: [null], grownBytes: 0 })
  })
})

describe('a form is refused', () => {
  it.each([
    ['with two models', form(field('model', 'a'), file('x'), field('model', 'b')), 'invalid_body'],
    [
      'with two models, once unquoted',
      form(field('model', 'a'), part('Content-Disposition: form-data; name=model', 'b')),
      'invalid_body',
    ],
    [
      'whose model is named in code',
      form(part("Content-Disposition: form-data; name*=utf-8''model", 'a')),
      'invalid_body',
    ],
    [
      'whose model is a file',
      form(part('Content-Disposition: form-data; name="model"; filename="m"', 'a')),
      'invalid_body',
    ],
    [
      'with a head without an end',
      `--cut\r\nContent-Disposition: form-data; name="x"\n\n${form(field('model', 'a'))}`,
      'invalid_body',
    ],
    ['with an endless head', `--cut\r\nx: ${'y'.repeat(20_000)}`, 'invalid_body'],
    [
      'that ends within its model',
      '--cut\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt',
      'invalid_body',
    ],
    ['that ends within a head', '--cut\r\nContent-Disposition: form-data; name="model"', 'invalid_body'],
    ['with an endless model', `${field('model', 'x'.repeat(5_000)).slice(0, -2)}`, 'invalid_model'],
    ['without its boundary', 'hello', 'invalid_body'],
    ['with an endless beginning', 'x'.repeat(20_000), 'invalid_body'],
  ])('%s', async (_, text, code) => {
    for (const size of [1, 7, 100_000]) await expect(passed(text, { size })).rejects.toMatchObject({ code })
  })

  it.each([
    'multipart/form-data',
    `${TYPE}; boundary=other`,
    'multipart/form-data; x="; boundary=a"; boundary=cut',
  ])('of type %s', async (type) => {
    await expect(passed(form(field('model', 'a')), { type })).rejects.toMatchObject({
      code: 'invalid_content_type',
    })
  })
})

describe('a large form', () => {
  const large = 'a'.repeat(6 * MB)

  it('streams on without a model when its provider is named elsewhere', async () => {
    let sent = 0
    async function* source() {
      for await (const piece of inPieces(form(field('purpose', 'batch'), file('a'.repeat(90 * MB))), MB)) {
        sent += piece.length
        yield piece
      }
    }
    const asked: (string | null)[] = []
    const ask = (model: string | null) => {
      asked.push(model)
      return model
    }
    const { body } = await rewriteModel(source(), TYPE, ask, true)
    expect(asked).toEqual([null])
    expect(sent).toBeLessThan(8 * MB)
    let passedBytes = 0
    for await (const chunk of body) {
      passedBytes += chunk.length
      expect(sent - passedBytes).toBeLessThan(8 * MB)
    }
    expect(passedBytes).toBe(sent)
    expect(sent).toBeGreaterThan(90 * MB)
  })

  it('is held for its model when nobody else names the provider, up to a bound', async () => {
    const { asked } = await passed(form(file(large), field('model', 'a')))
    expect(asked).toEqual(['a'])
    await expect(passed(form(file('a'.repeat(65 * MB))))).rejects.toMatchObject({ code: 'body_too_large' })
  })

  it('may name its model behind the file, where nothing has to change', async () => {
    const text = form(file(large), field('model', 'whisper-1'))
    const same = await passed(text, { isNamed: true, name: (model) => model })
    expect([same.asked, same.text === text]).toEqual([[null, 'whisper-1'], true])
    await expect(passed(text, { isNamed: true })).rejects.toMatchObject({ code: 'invalid_body' })
  })
})
