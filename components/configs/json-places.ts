/** JSON read with the line of everything in it, so that a fault can be said where it stands. Pure. */

export interface Place {
  /** From 1. */
  line: number
  /** Of the text, from 0: where the name or value begins. */
  offset: number
  members: ReadonlyMap<string, Place>
}

export type Read =
  | { value: unknown; root: Place; problem: null }
  | { problem: { line: number; offset: number; message: string } }

/** Reads a text as JSON; what is wrong with it is one sentence and the line it is on. A name said twice is refused. */
export function readJson(text: string): Read {
  const reader = new Reader(text)
  try {
    const { value, place } = reader.whole()
    return { value, root: place, problem: null }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { offset, message } = error
    return { problem: { line: lineAt(text, offset), offset, message } }
  }
}

/**
 * The place of a path of the canonical config in a text that may spell its names otherwise: `overrideParams`, or a
 * `mode` outside of `strategy`. The nearest one around it where the path itself is not there.
 */
export function placeOf(root: Place, path: readonly string[]): Place {
  let place = root
  for (const part of path) {
    const next = place.members.get(part) ?? sameName(place, part)
    if (next) place = next
    else if (part !== 'strategy') return place
  }
  return place
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

function sameName(place: Place, part: string): Place | undefined {
  const bare = part.replaceAll('_', '').toLowerCase()
  for (const [name, member] of place.members)
    if (name.replaceAll('_', '').toLowerCase() === bare) return member
  return undefined
}

class Fault extends Error {
  readonly offset: number
  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

const DEPTH_MAX = 64
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\n]|\\.)*"/y
const WORD = /true|false|null/y

class Reader {
  private at = 0
  private line = 1
  private counted = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  whole(): { value: unknown; place: Place } {
    const read = this.value(0)
    this.space()
    if (this.at < this.text.length) throw this.fault('Nothing may follow the end of the config')
    return read
  }

  private value(depth: number): { value: unknown; place: Place } {
    this.space()
    if (depth > DEPTH_MAX) throw this.fault(`May be nested at most ${DEPTH_MAX} levels deep`)
    const offset = this.at
    const place = (members: ReadonlyMap<string, Place> = new Map()) => ({ line, offset, members })
    const line = this.lineHere()
    const start = this.text[this.at]
    if (start === '{') {
      const { entries, members } = this.object(depth)
      return { value: Object.fromEntries(entries), place: place(members) }
    }
    if (start === '[') {
      const { items, members } = this.list(depth)
      return { value: items, place: place(members) }
    }
    if (start === '"') return { value: this.string(), place: place() }
    const plain = this.take(NUMBER) ?? this.take(WORD)
    if (plain === undefined) {
      throw this.fault(start === undefined ? 'The config ends too early' : `${named(start)} is no value`)
    }
    return { value: JSON.parse(plain), place: place() }
  }

  private object(depth: number) {
    const entries: [string, unknown][] = []
    const members = new Map<string, Place>()
    this.at++
    for (this.space(); this.text[this.at] !== '}'; this.space()) {
      if (entries.length > 0) this.comma('}')
      this.space()
      if (this.at >= this.text.length) throw this.fault('The closing } is missing')
      const offset = this.at
      const line = this.lineHere()
      if (this.text[this.at] === '}') throw this.fault('A comma stands before the closing }')
      if (this.text[this.at] !== '"') throw this.fault('A name in double quotes is missing here')
      const name = this.string()
      if (members.has(name)) throw new Fault(offset, `"${name}" is said twice in one object`)
      this.space()
      if (this.text[this.at] !== ':') throw this.fault(`A colon is missing after "${name}"`)
      this.at++
      const { value, place } = this.value(depth + 1)
      entries.push([name, value])
      members.set(name, { line, offset, members: place.members })
    }
    this.at++
    return { entries, members }
  }

  private list(depth: number) {
    const items: unknown[] = []
    const members = new Map<string, Place>()
    this.at++
    for (this.space(); this.text[this.at] !== ']'; this.space()) {
      if (items.length > 0) this.comma(']')
      this.space()
      if (this.at >= this.text.length) throw this.fault('The closing ] is missing')
      if (this.text[this.at] === ']') throw this.fault('A comma stands before the closing ]')
      const { value, place } = this.value(depth + 1)
      members.set(String(items.length), place)
      items.push(value)
    }
    this.at++
    return { items, members }
  }

  private comma(end: string): void {
    if (this.at >= this.text.length) throw this.fault(`The closing ${end} is missing`)
    // A missing comma belongs to the line it should have ended.
    if (this.text[this.at] !== ',')
      throw new Fault(this.text.slice(0, this.at).trimEnd().length - 1, `A comma or ${end} is missing here`)
    this.at++
  }

  private string(): string {
    const said = this.take(STRING)
    if (said === undefined) throw this.fault('The closing quote is missing')
    try {
      return JSON.parse(said) as string
    } catch {
      throw new Fault(this.at - said.length, 'Holds a character that has to be escaped')
    }
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  private space(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at++
  }

  /** Counted on from the last one asked for. */
  private lineHere(): number {
    for (; this.counted < this.at; this.counted++) if (this.text[this.counted] === '\n') this.line++
    return this.line
  }

  private fault(message: string): Fault {
    return new Fault(this.at, message)
  }
}

function named(character: string): string {
  return character === "'" ? 'A single quote' : character === '/' ? 'A comment' : `“${character}”`
}
