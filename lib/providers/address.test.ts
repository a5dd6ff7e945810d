import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { checkHostUrl, judgeAddress, judgeHost, type Verdict } from './address.ts'

const ADDRESSES: Record<Verdict, string[]> = {
  public: [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '191.255.255.255',
    '192.0.1.0',
    '192.0.3.0',
    '192.88.98.255',
    '192.88.100.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '198.51.99.255',
    '198.51.101.0',
    '203.0.112.255',
    '203.0.114.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2003::1',
    '2a00:1450:4009:81f::200e',
    '3ffe::1',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '0:0:0:0:0:ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ],
  private: [
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '192.168.255.255',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    '255.255.255.254',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::8.8.8.8',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::FFFF:10.0.0.1',
    '::ffff:192.168.1.1',
    '::ffff:0.0.0.0',
    '::ffff:0:127.0.0.1',
    '::ffff:0:8.8.8.8',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '64:ff9b:1:ffff::8.8.8.8',
    '100::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:1ff:ffff::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '2002:c0a8:101::1',
    '3fff::1',
    '3fff:fff:ffff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd12:3456:789a::1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    '1::1',
  ],
  never: [
    '169.254.169.254',
    '169.254.170.2',
    '169.254.0.0',
    '169.254.255.255',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::169.254.169.254',
    '2002:a9fe:a9fe::1',
    '2002:e000:1::',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'ff02::1',
    'ff0e::1',
    'not an address',
    '1.2.3',
  ],
}

describe('every address is judged', () => {
  for (const [verdict, addresses] of Object.entries(ADDRESSES)) {
    it.each(addresses)(`%s is ${verdict}`, (address) => {
      expect(judgeAddress(address)).toBe(verdict)
    })
  }
})

describe('a host is judged by its name before it is resolved', () => {
  it.each<[string, Verdict]>([
    ['api.openai.com', 'public'],
    ['local.example.com', 'public'],
    ['localhost', 'private'],
    ['LOCALHOST', 'private'],
    ['localhost.', 'private'],
    ['ollama', 'private'],
    ['app.localhost', 'private'],
    ['printer.local', 'private'],
    ['vault.internal', 'private'],
    ['nas.lan', 'private'],
    ['nas.home', 'private'],
    ['nas.home.arpa', 'private'],
    ['git.corp', 'private'],
    ['wiki.intranet', 'private'],
    ['box.localdomain', 'private'],
    ['metadata', 'never'],
    ['metadata.google.internal', 'never'],
    ['metadata.google.internal.', 'never'],
    ['Metadata.Goog', 'never'],
    ['instance-data', 'never'],
    ['[::1]', 'private'],
    ['[fd00:ec2::254]', 'never'],
  ])('%s is %s', (host, verdict) => {
    expect(judgeHost(host)).toBe(verdict)
  })
})

const brought = { isStoredHost: false, allowPrivateHosts: [] }

function refusalOf(url: string, rules: Parameters<typeof checkHostUrl>[1] = brought): string | null {
  try {
    checkHostUrl(url, rules)
    return null
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error)
  }
}

describe('a URL brought by a caller', () => {
  it.each([
    'https://api.openai.com/v1',
    'http://api.openai.com',
    'https://api.openai.com:8443/v1?api-version=1',
    'https://8.8.8.8/v1',
    'https://[2606:4700::1111]/v1',
    'HTTPS://API.OPENAI.COM/v1',
    'https://example.com/a@b',
  ])('%s is accepted', (url) => {
    expect(refusalOf(url)).toBeNull()
  })

  it.each([
    '',
    'not a url',
    '//api.openai.com',
    'ftp://api.openai.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ws://api.openai.com',
    'https://',
    'https://user@api.openai.com',
    'https://user:secret@api.openai.com',
    'https://@api.openai.com',
    'https://api.openai.com#@127.0.0.1',
    'https://api.openai.com/#x',
    'https://api.openai.com/#',
    'https://api.openai.com\\@127.0.0.1/',
    'https://api.open\tai.com/',
    ' https://api.openai.com/',
    'https://api.openai.com/\n',
    `https://api.openai.com/${'a'.repeat(2048)}`,
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.1/',
    'http://127.0.1/',
    'http://0/',
    'http://127.0.0.1./',
    'http://127。0。0。1/',
    'http://127%2e0%2e0%2e1/',
    'http://1２7.0.0.1/',
    'http://3232235777/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://localhost/',
    'http://LocalHost:8080/',
    'http://localhost./',
    'http://metadata.google.internal/',
    'http://db.internal/',
    'http://256.256.256.256/',
    'http://1.2.3.4.5/',
    'https://api.openai.com:22/',
    'https://api.openai.com:25/',
    'https://api.openai.com:6667/',
    'https://api.openai.com:0/',
    'https://api.openai.com:10080/',
  ])('%j is refused as a custom host', (url) => {
    expect(refusalOf(url)).toBe('invalid_custom_host')
  })

  it('stays refused though the operator listed the host for integrations', () => {
    expect(
      refusalOf('http://127.0.0.1:11434/v1', { isStoredHost: false, allowPrivateHosts: ['127.0.0.1'] }),
    ).toBe('invalid_custom_host')
  })
})

describe('the stored host of an integration', () => {
  const refused = 'invalid_custom_host'
  it.each<[string, string[], string | null]>([
    ['http://127.0.0.1:11434/v1', [], refused],
    ['http://127.0.0.1:11434/v1', ['127.0.0.1'], null],
    ['http://127.0.0.1:11434/v1', ['127.0.0.1:11434'], null],
    ['http://127.0.0.1:11435/v1', ['127.0.0.1:11434'], refused],
    ['http://127.0.0.2/v1', ['127.0.0.1'], refused],
    ['http://2130706433/v1', ['127.0.0.1'], null],
    ['http://localhost/v1', ['127.0.0.1'], refused],
    ['http://localhost/v1', ['localhost:80'], null],
    ['https://localhost/v1', ['localhost:443'], null],
    ['http://LOCALHOST./v1', [' LocalHost '], null],
    ['http://ollama.lan:11434/v1', ['ollama.lan:11434'], null],
    ['http://[::1]:8000/v1', ['[::1]:8000'], null],
    ['http://[::1]:8000/v1', ['::1'], null],
    ['http://[::1]:8000/v1', ['[::1]:8001'], refused],
    ['http://169.254.169.254/', ['169.254.169.254'], refused],
    ['http://[::ffff:169.254.169.254]/', ['[::ffff:a9fe:a9fe]'], refused],
    ['http://metadata.google.internal/', ['metadata.google.internal'], refused],
    ['http://[fd00:ec2::254]/', ['[fd00:ec2::254]', 'fd00:ec2::254'], refused],
    ['http://100.100.100.200/', ['100.100.100.200'], refused],
    ['http://127.0.0.1:22/', ['127.0.0.1:22'], refused],
    ['https://api.openai.com/v1', [], null],
  ])('%s with %j listed: %s', (url, allowPrivateHosts, outcome) => {
    expect(refusalOf(url, { isStoredHost: true, allowPrivateHosts })).toBe(outcome)
  })
})

it('a refusal names no address and no rule', () => {
  expect(() => checkHostUrl('http://169.254.169.254/', brought)).toThrow(
    'This host is not allowed: it is private, internal or reserved.',
  )
})
