import { apiKeyVerbs } from '@/lib/admin/access.ts'
import { runtime } from '@/lib/compose.ts'
import { adminRoute } from '@/lib/http/admin.ts'

export const { GET, POST, PUT, PATCH, DELETE } = adminRoute(runtime, apiKeyVerbs)
