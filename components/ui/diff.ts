export interface DiffLine {
  /** Null where the other side has a line of its own. */
  left: string | null
  right: string | null
  isSame: boolean
}

/** Above this the table of the comparison would not fit; the texts are then shown side by side unmarked. */
const CELLS_MAX = 4_000_000

/** Two texts line by line, beside each other. Lines that only one side has face nothing. */
export function diffLines(left: string, right: string): DiffLine[] {
  const a = left.split('\n')
  const b = right.split('\n')
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const same = (lines: string[]): DiffLine[] =>
    lines.map((line) => ({ left: line, right: line, isSame: true }))
  return [
    ...same(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ]
}

/** A comparison with its long equal stretches left out: `skipped` counts the lines that stood there. */
export function folded(lines: readonly DiffLine[], context = 3): (DiffLine | { skipped: number })[] {
  const near = lines.map(() => false)
  lines.forEach(({ isSame }, index) => {
    if (!isSame) near.fill(true, Math.max(0, index - context), index + context + 1)
  })
  const shown: (DiffLine | { skipped: number })[] = []
  for (let at = 0; at < lines.length; ) {
    let end = at
    while (end < lines.length && !near[end]) end++
    // One or two lines take less room than the word that they are missing.
    if (end - at > 2) shown.push({ skipped: end - at })
    else shown.push(...lines.slice(at, end))
    at = end
    while (at < lines.length && near[at]) shown.push(lines[at++]!)
  }
  return shown
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length * b.length > CELLS_MAX) return facing(a, b)
  const width = b.length + 1
  const longest = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!)
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  let [onlyLeft, onlyRight]: [string[], string[]] = [[], []]
  const settle = () => {
    lines.push(...facing(onlyLeft, onlyRight))
    onlyLeft = []
    onlyRight = []
  }
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      settle()
      lines.push({ left: a[i]!, right: b[j]!, isSame: true })
      i++
      j++
    } else if (
      j >= b.length ||
      (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    ) {
      onlyLeft.push(a[i++]!)
    } else onlyRight.push(b[j++]!)
  }
  settle()
  return lines
}

function facing(a: readonly string[], b: readonly string[]): DiffLine[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => ({
    left: a[index] ?? null,
    right: b[index] ?? null,
    isSame: false,
  }))
}
