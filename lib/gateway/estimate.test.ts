import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { estimatedInput, MEDIA_TOKENS, withoutMedia } from './estimate.ts'

const PICTURE = randomBytes(3 * 1024 * 1024).toString('base64')
const perChar = (text: string) => text.length
const body = (...content: object[]) =>
  Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }))

const SAID = { type: 'text', text: 'What is "this"? Größe' }

describe('a picture counts as a picture, not as its bytes', () => {
  it.each<[string, object]>([
    ['in a chat part', { type: 'image_url', image_url: { url: `data:image/png;base64,${PICTURE}` } }],
    ['in a Responses part', { type: 'input_image', image_url: `data:image/png;base64,${PICTURE}` }],
    [
      'in a Messages block',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PICTURE } },
    ],
    [
      'as a file',
      { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PICTURE}` } },
    ],
    ['as sound', { type: 'input_audio', input_audio: { format: 'wav', data: PICTURE } }],
    ['in lines', { type: 'image', source: { type: 'base64', data: PICTURE.replaceAll(/.{76}/g, '$&\r\n') } }],
    ['by its URL', { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
    ['tiny', { type: 'image_url', image_url: { url: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' } }],
  ])('%s', (_, part) => {
    const { text, media } = withoutMedia(body(SAID, part))
    expect(media).toBe(1)
    expect(text.length).toBeLessThan(300)
    expect(text).toContain('Größe')
    expect(text).not.toContain('R0lGOD')
  })

  it('each of several counts', () => {
    const url = (text: string) => ({ type: 'image_url', image_url: { url: text } })
    const several = body(url(`data:image/png;base64,${PICTURE}`), SAID, url('https://example.com/a.png'))
    expect(withoutMedia(several).media).toBe(2)
    expect(estimatedInput(several, perChar)).toBeLessThan(2 * MEDIA_TOKENS + 400)
    expect(estimatedInput(several, perChar)).toBeGreaterThan(2 * MEDIA_TOKENS)
  })
})

describe('text stays text', () => {
  it.each<[string, string]>([
    ['prose', 'The quick brown fox 42 jumps. '.repeat(100)],
    ['one letter', 'x'.repeat(200_000)],
    ['hex', 'deadbeef01'.repeat(200)],
    ['a hash', randomBytes(64).toString('base64')],
    ['code with quotes', 'const a = "b"; // data:image/png;base64,\n'.repeat(50)],
    ['a data URL of text', 'data:text/plain,Hello'],
  ])('%s', (_, said) => {
    const bytes = body({ type: 'text', text: said })
    expect(withoutMedia(bytes)).toEqual({ text: bytes.toString(), media: 0 })
  })

  it('no body is nothing', () => {
    expect(estimatedInput(null, perChar)).toBe(0)
    expect(estimatedInput(Buffer.from('{"a"'), perChar)).toBe(4)
  })
})
