/**
 * What is mounted where: each family of `app/api/v1` and its verbs. The mounts and the OpenAPI document are both made
 * from it, so that a route that answers is a route one can read about. Families that are not here answer 501.
 */
import { adminApiKeyVerbs, apiKeyVerbs } from '../admin/access.ts'
import { aiProviderVerbs } from '../admin/ai-providers.ts'
import { auditVerbs } from '../admin/audit-log.ts'
import { bellVerbs } from '../admin/bell.ts'
import { integrationVerbs, providerVerbs, virtualKeyVerbs } from '../admin/catalog.ts'
import { deliveryVerbs } from '../admin/deliveries.ts'
import { guardrailVerbs } from '../admin/guardrails.ts'
import { inviteVerbs } from '../admin/invites.ts'
import { memberVerbs } from '../admin/members.ts'
import { mailVerbs, testMailVerbs } from '../admin/notifications-mail.ts'
import { organisationVerbs } from '../admin/organisation.ts'
import { organisationDefaultVerbs, workspaceExclusionVerbs } from '../admin/organisation-defaults.ts'
import { meVerbs } from '../admin/people-me.ts'
import { rateLimitPolicyVerbs } from '../admin/policies-rates.ts'
import { usageLimitPolicyVerbs } from '../admin/policies-usage.ts'
import { profileVerbs } from '../admin/profile.ts'
import { passwordResetVerbs } from '../admin/profile-resets.ts'
import { roleVerbs } from '../admin/roles.ts'
import { configVerbs } from '../admin/routing.ts'
import { logVerbs, overviewVerbs } from '../admin/telemetry.ts'
import { userVerbs } from '../admin/users.ts'
import type { Verbs } from '../admin/verbs.ts'
import { webhookVerbs } from '../admin/webhooks.ts'
import { workspaceVerbs } from '../admin/workspaces.ts'
import type { ADMIN_FAMILIES } from '../contract/planes.ts'

export const FAMILIES = {
  admin: [
    workspaceVerbs,
    memberVerbs,
    userVerbs,
    inviteVerbs,
    meVerbs,
    adminApiKeyVerbs,
    aiProviderVerbs,
    overviewVerbs,
    organisationVerbs,
    roleVerbs,
    organisationDefaultVerbs,
    profileVerbs,
    passwordResetVerbs,
    webhookVerbs,
    deliveryVerbs,
    mailVerbs,
    testMailVerbs,
    bellVerbs,
  ],
  'api-keys': [apiKeyVerbs],
  'audit-logs': [auditVerbs],
  configs: [configVerbs],
  guardrails: [guardrailVerbs],
  integrations: [integrationVerbs],
  logs: [logVerbs],
  policies: [usageLimitPolicyVerbs, rateLimitPolicyVerbs],
  providers: [providerVerbs],
  'virtual-keys': [virtualKeyVerbs],
  'workspace-exclusions': [workspaceExclusionVerbs],
} as const satisfies Partial<Record<(typeof ADMIN_FAMILIES)[number], readonly Verbs[]>>
