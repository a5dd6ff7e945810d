import { adminApiKeyVerbs } from '@/lib/admin/access.ts'
import { aiProviderVerbs } from '@/lib/admin/ai-providers.ts'
import { overviewVerbs } from '@/lib/admin/telemetry.ts'
import { meVerbs, workspaceVerbs } from '@/lib/admin/workspaces.ts'
import { runtime } from '@/lib/compose.ts'
import { adminRoute } from '@/lib/http/admin.ts'

export const { GET, POST, PUT, PATCH, DELETE } = adminRoute(
  runtime,
  workspaceVerbs,
  meVerbs,
  adminApiKeyVerbs,
  aiProviderVerbs,
  overviewVerbs,
)
