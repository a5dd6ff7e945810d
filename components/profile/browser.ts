/** The first that fits names it: most browsers claim to be several. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A user agent as people know it: "Chrome 126 on Windows". What it does not tell is left out. */
export function browserOf(userAgent: string | null): string {
  const agent = userAgent ?? ''
  const found = BROWSERS.map(([sign, name]) => ({ name, version: sign.exec(agent)?.[1] })).find(
    ({ version }) => version !== undefined,
  )
  const system = SYSTEMS.find(([sign]) => sign.test(agent))?.[1]
  const browser = found ? `${found.name} ${found.version}` : 'Unknown browser'
  return system === undefined ? browser : `${browser} on ${system}`
}
