import { runtime } from '@/lib/compose.ts'
import { dataPlane } from '@/lib/http/web.ts'

export const dynamic = 'force-dynamic'

const handle = dataPlane(async () => (await runtime()).ports)

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
}
