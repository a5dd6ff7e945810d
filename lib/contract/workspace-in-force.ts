/** What holds in a workspace, by whose word. Source: admin-contract §1.2, §5.2, §5.4. */
import { z } from 'zod'

/** One thing a workspace may say for itself where the organisation lets it, and who has said it. */
const decided = <V extends z.ZodType>(value: V) =>
  z.object({
    /** What holds here. */
    value,
    /** What would hold if the workspace said nothing. */
    inherited: value,
    source: z.enum(['workspace', 'organisation', 'default']),
    /** Whether the workspace may say it. */
    is_open: z.boolean(),
  })

export const workspaceInForceRow = z.object({
  object: z.literal('workspace-settings'),
  workspace_id: z.string(),
  settings: z.object({
    request_logging: decided(z.enum(['full', 'metrics_only'])),
    user_attribution: decided(z.object({ enabled: z.boolean(), allow_override: z.boolean() })),
    export_settings: decided(z.object({ deniedFields: z.array(z.string()) })),
  }),
  security_settings: z.record(z.string(), decided(z.boolean())),
  /** What `defaults.metadata` has to fit; null for none. */
  metadata_schema: z.record(z.string(), z.unknown()).nullable(),
})
