import { type ApiRequest, apiFile } from '@/lib/queries.ts'

/** Hands the browser something to save. `type` is the media type of a text. */
export function saveFile(name: string, content: string | Blob, type = 'text/plain'): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  URL.revokeObjectURL(url)
}

/** Saves a reply that is a file (`format=csv`), under the server's name for it or else under `name`. Throws `ApiError`. */
export async function download(path: string, query: ApiRequest['query'], name: string): Promise<void> {
  const file = await apiFile(path, query ? { query } : {})
  saveFile(file.name ?? name, file.blob)
}
