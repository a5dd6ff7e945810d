/**
 * Which network addresses and which host names the gateway may call. Pure: the sockets are in `egress.ts`.
 * Source: architecture §7, gateway-contract §12.5; ranges from the IANA special-purpose registries.
 */
import { isIP } from 'node:net'
import { GatewayError } from '../errors.ts'

/** `private` may be lifted by `ALLOW_PRIVATE_HOSTS` for an integration's own host; `never` is never lifted. */
export type Verdict = 'public' | 'private' | 'never'

export interface HostRules {
  /** The host came with an integration, not with a request. */
  isStoredHost: boolean
  /** `host` or `host:port`, as the operator listed them. */
  allowPrivateHosts: Iterable<string>
}

/**
 * Judges a URL that someone wants called: http or https, no user info, no fragment, at most 2048 characters, a port the
 * Fetch standard does not block, and a host that is not private, internal or a metadata service. Resolves nothing: what
 * a name stands for is judged again when it is connected to. Returns the parsed URL; throws `invalid_custom_host`.
 * Source: gateway-contract §12.5.
 */
export function checkHostUrl(text: string, rules: HostRules): URL {
  if (text.length > URL_CHARS_MAX) throw refused(`A URL has at most ${URL_CHARS_MAX} characters.`)
  // The URL parser drops tabs and newlines and reads a backslash as a slash; nobody writes those in good faith.
  if (/[\s\\]/.test(text)) throw refused('A URL holds no white space and no backslash.')
  const url = parse(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused('A URL starts with http:// or https://.')
  if (url.username || url.password || /^[a-z]+:\/+[^/?#]*@/i.test(text)) {
    throw refused('A URL carries no user name or password.')
  }
  if (text.includes('#')) throw refused('A URL carries no fragment.')
  if (BLOCKED_PORTS.has(portOf(url))) throw refused(`Port ${portOf(url)} is not used for HTTP.`)
  const verdict = judgeHost(url.hostname)
  if (verdict === 'never' || (verdict === 'private' && !isPrivateAllowed(url, rules))) throw refusedAddress()
  return url
}

/** Whether the operator listed this URL's host (or host and port) and it is an integration's own. */
export function isPrivateAllowed(url: URL, rules: HostRules): boolean {
  if (!rules.isStoredHost) return false
  const host = bareHost(url.hostname)
  const port = portOf(url)
  for (const entry of rules.allowPrivateHosts) {
    const listed = entry.trim().toLowerCase()
    if (listed === host || listed === `${host}:${port}`) return true
    if (host.startsWith('[') && listed === host.slice(1, -1)) return true
  }
  return false
}

/** Judges a host as `URL.hostname` spells it. A name that is only known to DNS is `public` until it is resolved. */
export function judgeHost(hostname: string): Verdict {
  const host = bareHost(hostname)
  const literal = host.startsWith('[') ? host.slice(1, -1) : host
  if (isIP(literal)) return judgeAddress(literal)
  if (METADATA_NAMES.has(host)) return 'never'
  const lastDot = host.lastIndexOf('.')
  if (lastDot === -1 || INTERNAL_TLDS.has(host.slice(lastDot + 1)) || host.endsWith('.home.arpa'))
    return 'private'
  return 'public'
}

/** Judges one address, v4 or v6, as text; an IPv6 zone (`%eth0`) is ignored. Text that is no address is `never`. */
export function judgeAddress(address: string): Verdict {
  const zone = address.indexOf('%')
  const text = zone === -1 ? address : address.slice(0, zone)
  const kind = isIP(text)
  if (kind === 4) return judgeBytes(v4Bytes(text), V4)
  if (kind !== 6) return 'never'
  const bytes = v6Bytes(text)
  let floor: Verdict = 'public'
  for (const { range, at, least } of EMBEDDED_V4) {
    if (!contains(range, bytes)) continue
    floor = worse(least, judgeBytes(bytes.slice(at, at + 4), V4))
    // Mapped, NAT64 and 6to4 addresses are only another spelling of the IPv4 address inside.
    if (least === 'public') return floor
  }
  return worse(floor, judgeBytes(bytes, V6))
}

/** The refusal every blocked address gets: it does not say which rule or address it was, so it maps no network. */
export function refusedAddress(): GatewayError {
  return refused('This host is not allowed: it is private, internal or reserved.')
}

const URL_CHARS_MAX = 2048

interface Range {
  bytes: number[]
  bits: number
  verdict: Verdict
}

/** First match wins. */
const V4 = ranges([
  ['169.254.0.0/16', 'never'], // link-local: where every cloud keeps its metadata and credentials
  ['100.100.100.200/32', 'never'], // Alibaba Cloud metadata
  ['192.0.0.192/32', 'never'], // Oracle Cloud metadata
  ['168.63.129.16/32', 'never'], // Azure's host agent, on a public address
  ['224.0.0.0/4', 'never'], // multicast
  ['255.255.255.255/32', 'never'], // broadcast
  ['0.0.0.0/8', 'private'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'private'], // carrier-grade NAT
  ['127.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'private'],
  ['192.0.2.0/24', 'private'],
  ['192.88.99.0/24', 'private'], // 6to4 relays
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'private'],
  ['198.51.100.0/24', 'private'],
  ['203.0.113.0/24', 'private'],
  ['240.0.0.0/4', 'private'],
  ['0.0.0.0/0', 'public'],
])

const V6 = ranges([
  ['fd00:ec2::/32', 'never'], // AWS metadata, container and pod credentials
  ['fd20:ce::254/128', 'never'], // Google Cloud metadata
  ['ff00::/8', 'never'], // multicast
  ['64:ff9b:1::/48', 'private'], // NAT64 of the local network
  ['100::/64', 'private'], // discard
  ['2001::/23', 'private'], // protocol assignments, Teredo among them
  ['2001:db8::/32', 'private'],
  ['3fff::/20', 'private'],
  ['5f00::/16', 'private'], // segment routing
  ['fc00::/7', 'private'],
  ['fe80::/10', 'private'],
  ['fec0::/10', 'private'],
  ['2000::/3', 'public'], // the only global unicast space there is
  ['::/0', 'private'],
])

/** Where an IPv6 address holds an IPv4 one (byte offset), and the least verdict such an address gets. */
const EMBEDDED_V4: readonly { range: Range; at: number; least: Verdict }[] = [
  { range: range('::ffff:0:0/96', 'public'), at: 12, least: 'public' }, // mapped
  { range: range('64:ff9b::/96', 'public'), at: 12, least: 'public' }, // NAT64
  { range: range('2002::/16', 'public'), at: 2, least: 'public' }, // 6to4
  { range: range('::ffff:0:0:0/96', 'private'), at: 12, least: 'private' }, // translated (SIIT)
  { range: range('::/96', 'private'), at: 12, least: 'private' }, // compatible, deprecated; also :: and ::1
  { range: range('64:ff9b:1::/48', 'private'), at: 12, least: 'private' },
]

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.goog',
  'metadata.google.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
])

const INTERNAL_TLDS = new Set([
  'local',
  'internal',
  'localhost',
  'localdomain',
  'lan',
  'home',
  'corp',
  'intranet',
  'private',
])

/** https://fetch.spec.whatwg.org/#port-blocking */
const BLOCKED_PORTS = new Set(
  `0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111
   113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548
   554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566
   6665 6666 6667 6668 6669 6679 6697 10080`
    .split(/\s+/)
    .map(Number),
)

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch (cause) {
    throw refused('This is not a URL.', cause)
  }
}

function refused(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_custom_host', message, { param: 'custom_host', cause })
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

function bareHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.+$/, '')
}

function judgeBytes(bytes: readonly number[], table: readonly Range[]): Verdict {
  for (const row of table) if (contains(row, bytes)) return row.verdict
  return 'never'
}

function worse(a: Verdict, b: Verdict): Verdict {
  if (a === 'never' || b === 'never') return 'never'
  return a === 'private' || b === 'private' ? 'private' : 'public'
}

function contains(row: Range, bytes: readonly number[]): boolean {
  for (let bit = 0, index = 0; bit < row.bits; bit += 8, index++) {
    const mask = row.bits - bit >= 8 ? 0xff : (0xff00 >> (row.bits - bit)) & 0xff
    if ((bytes[index]! & mask) !== row.bytes[index]!) return false
  }
  return true
}

function ranges(rows: readonly (readonly [cidr: string, verdict: Verdict])[]): readonly Range[] {
  return rows.map(([cidr, verdict]) => range(cidr, verdict))
}

function range(cidr: string, verdict: Verdict): Range {
  const [address = '', bits] = cidr.split('/')
  return { bytes: isIP(address) === 4 ? v4Bytes(address) : v6Bytes(address), bits: Number(bits), verdict }
}

function v4Bytes(text: string): number[] {
  return text.split('.').map(Number)
}

/** The 16 bytes of valid IPv6 text, its `::` filled and a dotted tail read as two groups. */
function v6Bytes(text: string): number[] {
  const [left = '', right] = text.split('::')
  const head = groupBytes(left)
  if (right === undefined) return head
  const tail = groupBytes(right)
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail]
}

function groupBytes(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return v4Bytes(group)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
