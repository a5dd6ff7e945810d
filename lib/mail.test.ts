import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMailer, type Mail } from './mail.ts'
import { startSmtp, type TestSmtp } from './testing/smtp.ts'

const branding = { company: 'Tollgate', logoUrl: null, support: null }
const PASSWORD = 'p@ss:word/of-mail'

let smtp: TestSmtp
beforeAll(async () => {
  smtp = await startSmtp({ user: 'gate@example.test', password: PASSWORD })
})
beforeEach(() => smtp.behave({}))
afterAll(() => smtp.close())

const mail = (more: Partial<Mail> = {}): Mail => ({
  id: 'delivery-1',
  to: 'ann@example.test',
  subject: 'Hello',
  text: 'Hello Ann',
  html: '<p>Hello Ann</p>',
  ...more,
})
const mailer = (url = smtp.url, timeoutMs = 3_000) =>
  createMailer({ url, from: 'Gate <gate@example.test>', branding, timeoutMs })

test('a mail arrives as it was written, and says that a machine wrote it', async () => {
  const text =
    'Grüße — „Zoë“ 🎉\n\nhttps://gate.example.test/?token=a=b&c=d-and-a-line-that-is-longer-than-seventy-six-characters'
  const outcome = await mailer().send(
    mail({ subject: 'Übergabe: “keys” 🔑 of a team with a rather long name', text }),
  )
  expect(outcome).toEqual({ isSent: true, isPermanent: false, answer: expect.stringContaining('250') })
  expect(smtp.newestTo('ann@example.test')).toMatchObject({
    from: 'gate@example.test',
    to: ['ann@example.test'],
    subject: 'Übergabe: “keys” 🔑 of a team with a rather long name',
    text,
    html: '<p>Hello Ann</p>',
    headers: {
      from: 'Gate <gate@example.test>',
      'message-id': '<delivery-1@example.test>',
      'auto-submitted': 'auto-generated',
    },
  })
})

test('a line break in a name or an address begins no header and adds no reader', async () => {
  const before = smtp.messages().length
  await mailer().send(mail({ subject: 'Hi\r\nBcc: eve@evil.test\u2028X: y\n\nBody' }))
  await mailer().send(mail({ to: 'ann@example.test\r\nRCPT TO:<eve@evil.test>' }))
  await mailer().send(mail({ to: 'ann@example.test, eve@evil.test' }))
  for (const { headers, to, raw } of smtp.messages().slice(before)) {
    expect(headers).not.toHaveProperty('bcc')
    expect(headers).not.toHaveProperty('x')
    expect(to.map((one) => one.toLowerCase())).not.toContain('eve@evil.test')
    expect(raw).not.toMatch(/^bcc:/im)
  }
  expect(smtp.messages()[before]?.subject).toBe('Hi Bcc: eve@evil.test X: y Body')
})

describe('what went wrong is said, and whether another attempt is worth it', () => {
  test.each([
    [{ recipientCode: 550 }, true, '550 No mailbox ann@example.test'],
    [{ dataCode: 554 }, true, '554 Not this text'],
    [{ recipientCode: 450 }, false, '450 No mailbox'],
    [{ dataCode: 451 }, false, '451 Not this text'],
  ])('%j', async (manners, isPermanent, words) => {
    smtp.behave(manners)
    expect(await mailer().send(mail())).toEqual({
      isSent: false,
      isPermanent,
      answer: expect.stringContaining(words),
    })
  })

  test('a wrong password says nothing about the mail, and is not repeated', async () => {
    const url = new URL(smtp.url)
    url.password = 'hunter2-hunter2'
    const outcome = await mailer(url.href).send(mail())
    expect(outcome).toMatchObject({ isSent: false, isPermanent: false })
    expect(outcome.answer).toContain('535')
    expect(outcome.answer).not.toContain('hunter2')
  })

  test('nobody listens', async () => {
    const gone = await startSmtp()
    await gone.close()
    expect(await mailer(gone.url).send(mail())).toEqual({
      isSent: false,
      isPermanent: false,
      answer: expect.stringMatching(/^127\.0\.0\.1:\d+ could not be used: .*ECONNREFUSED/),
    })
  })

  test('a server that is slow or mute ends in time', async () => {
    smtp.behave({ delayMs: 2_000 })
    const startMs = Date.now()
    expect(await mailer(smtp.url, 300).send(mail())).toMatchObject({ isSent: false, isPermanent: false })
    const mute = await listen()
    const { port } = mute.address() as { port: number }
    const outcome = await mailer(`smtp://127.0.0.1:${port}`, 300).send(mail())
    expect(outcome).toEqual({
      isSent: false,
      isPermanent: false,
      answer: `127.0.0.1:${port} did not finish within 0.3 s.`,
    })
    expect(Date.now() - startMs).toBeLessThan(1_900)
    mute.close()
  })
})

async function listen(): Promise<Server> {
  const server = createServer(() => {})
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}
