import { auditVerbs } from '@/lib/admin/audit-log.ts'
import { runtime } from '@/lib/compose.ts'
import { adminRoute } from '@/lib/http/admin.ts'

export const { GET, POST, PUT, PATCH, DELETE } = adminRoute(runtime, auditVerbs)
