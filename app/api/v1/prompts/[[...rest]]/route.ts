import { runtime } from '@/lib/compose.ts'
import { handOver, notBuilt } from '@/lib/http/admin.ts'
import { dataPlane } from '@/lib/http/web.ts'

const inference = dataPlane(async () => (await runtime()).ports)

export const { GET, POST, PUT, PATCH, DELETE } = handOver(notBuilt, inference)
