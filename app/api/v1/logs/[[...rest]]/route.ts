import { logVerbs } from '@/lib/admin/telemetry.ts'
import { runtime } from '@/lib/compose.ts'
import { adminRoute } from '@/lib/http/admin.ts'

export const { GET, POST, PUT, PATCH, DELETE } = adminRoute(runtime, logVerbs)
