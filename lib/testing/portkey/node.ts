import type Portkey from 'portkey-ai'
import { type Call, type Transcript, transcriptOf } from './transcript.ts'

/**
 * The Node client with its calls written down, and the transcript so far. `parts` are the parts of the client that must
 * be used whole, by their Python names.
 */
export function recorded(
  client: Portkey,
  parts: readonly string[],
): { portkey: Portkey; transcript(): Transcript } {
  const calls: Call[] = []
  return {
    portkey: recordedPart(client, '', calls) as Portkey,
    transcript: () =>
      transcriptOf(
        calls,
        parts.flatMap((path) => methodsOf(client, path)),
      ),
  }
}

type Method = (...said: unknown[]) => Promise<Record<string, unknown>>

function recordedPart(part: object, path: string, calls: Call[]): object {
  return new Proxy(part, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target)
      if (typeof name === 'symbol' || value === null) return value
      const method = path === '' ? snake(name) : `${path}.${snake(name)}`
      if (typeof value === 'function') return told(value.bind(target) as Method, method, calls)
      return typeof value === 'object' ? recordedPart(value, method, calls) : value
    },
  })
}

function told(call: Method, method: string, calls: Call[]): Method {
  return async (...said) => {
    try {
      const reply = await call(...said)
      calls.push({ method, reply: JSON.parse(JSON.stringify(reply)) })
      return reply
    } catch (error) {
      const { status, message } = error as { status?: number; message: string }
      if (status !== undefined) calls.push({ method, refused: { status, message } })
      throw error
    }
  }
}

function methodsOf(client: Portkey, path: string): string[] {
  const part = path
    .split('.')
    .reduce<object>((inner, name) => Reflect.get(inner, camel(name)) as object, client)
  return ownMethods(part).map((name) => `${path}.${snake(name)}`)
}

/** Every part of the client that has methods, by its Python name: `admin.users.invites`. */
export function partsOf(part: object, path = ''): string[] {
  return Object.entries(part).flatMap(([name, inner]) => {
    const isPart = typeof inner === 'object' && inner !== null && name !== 'client' && isMade(inner)
    if (!isPart) return []
    const at = `${path}${snake(name)}`
    return [...(ownMethods(inner).length > 0 ? [at] : []), ...partsOf(inner, `${at}.`)]
  })
}

const isMade = (value: object) => ![Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value))
const ownMethods = (part: object) =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(part)).filter((name) => name !== 'constructor')

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
