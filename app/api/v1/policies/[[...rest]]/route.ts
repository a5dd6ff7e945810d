import { runtime } from '@/lib/compose.ts'
import { adminRoute } from '@/lib/http/admin.ts'
import { FAMILIES } from '@/lib/http/families.ts'

export const { GET, POST, PUT, PATCH, DELETE } = adminRoute(runtime, ...FAMILIES.policies)
