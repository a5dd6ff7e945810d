import type { JsonObject } from '../providers/adapter.ts'

/**
 * Vectors as little-endian float32 in base64, for a caller that asked for them so and an upstream that knows only
 * numbers. Bodies that already hold text are returned as they are. Source: gateway-contract §8.13.
 */
export function floatsToBase64(body: JsonObject): JsonObject {
  const rows = body.data
  if (!Array.isArray(rows) || !rows.some((row) => Array.isArray((row as JsonObject | null)?.embedding)))
    return body
  return {
    ...body,
    data: (rows as JsonObject[]).map((row) =>
      Array.isArray(row.embedding) ? { ...row, embedding: encoded(row.embedding as number[]) } : row,
    ),
  }
}

function encoded(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(Number(value), index * 4)
  return bytes.toString('base64')
}
