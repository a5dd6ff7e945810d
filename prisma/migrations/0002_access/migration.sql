-- Access: people, keys that turn, stored guardrails and policies, notifications. What Prisma makes of the schema, then
-- what it cannot: rows carried over, partial indexes, triggers.

-- DropIndex
DROP INDEX "outbox_messages_done_at_available_at_idx";

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "next_rotation_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "config_versions" ALTER COLUMN "config" SET DATA TYPE JSON;

-- AlterTable
ALTER TABLE "integration_workspaces" ADD COLUMN     "models" JSONB;

-- AlterTable
ALTER TABLE "outbox_messages" DROP COLUMN "attempts",
DROP COLUMN "available_at",
DROP COLUMN "last_error",
ADD COLUMN     "secret" BYTEA,
ADD COLUMN     "workspace_id" UUID,
ALTER COLUMN "organisation_id" SET NOT NULL;

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "guardrail_exclusions" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "last_reset_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "key_reveals" (
    "id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "secret" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_reveals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invites" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "workspaces" JSONB NOT NULL DEFAULT '[]',
    "key_scopes" JSONB,
    "token_hash" BYTEA NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "invited_by" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "invites_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "password_resets" (
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "password_resets_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "guardrails" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version_id" UUID NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "updated_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guardrails_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "guardrail_versions" (
    "id" UUID NOT NULL,
    "guardrail_id" UUID NOT NULL,
    "checks" JSON NOT NULL,
    "actions" JSON NOT NULL,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "guardrail_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_limit_policies" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "target" TEXT NOT NULL DEFAULT 'llm',
    "conditions" JSONB NOT NULL,
    "group_by" JSONB NOT NULL,
    "type" TEXT NOT NULL,
    "credit_limit" DECIMAL(24,9) NOT NULL,
    "alert_threshold" DECIMAL(24,9),
    "periodic_reset" TEXT,
    "periodic_reset_days" INTEGER,
    "next_usage_reset_at" TIMESTAMPTZ(3),
    "last_reset_at" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "updated_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_limit_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limit_policies" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "target" TEXT NOT NULL DEFAULT 'llm',
    "conditions" JSONB NOT NULL,
    "group_by" JSONB NOT NULL,
    "type" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "value" BIGINT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "updated_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_limit_policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID,
    "message_id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "webhook_id" UUID,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_status" INTEGER,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhooks" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "secret" BYTEA NOT NULL,
    "events" TEXT[],
    "format" TEXT NOT NULL DEFAULT 'json',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notifications" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "link" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_marks" (
    "mark" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notification_marks_pkey" PRIMARY KEY ("mark")
);

-- CreateIndex
CREATE INDEX "key_reveals_api_key_id_idx" ON "key_reveals"("api_key_id");

-- CreateIndex
CREATE UNIQUE INDEX "invites_token_hash_key" ON "invites"("token_hash");

-- CreateIndex
CREATE INDEX "invites_organisation_id_idx" ON "invites"("organisation_id");

-- CreateIndex
CREATE INDEX "password_resets_user_id_idx" ON "password_resets"("user_id");

-- CreateIndex
CREATE INDEX "guardrails_organisation_id_idx" ON "guardrails"("organisation_id");

-- CreateIndex
CREATE INDEX "guardrails_workspace_id_idx" ON "guardrails"("workspace_id");

-- CreateIndex
CREATE INDEX "guardrail_versions_guardrail_id_idx" ON "guardrail_versions"("guardrail_id");

-- CreateIndex
CREATE INDEX "usage_limit_policies_workspace_id_idx" ON "usage_limit_policies"("workspace_id");

-- CreateIndex
CREATE INDEX "rate_limit_policies_workspace_id_idx" ON "rate_limit_policies"("workspace_id");

-- CreateIndex
CREATE INDEX "deliveries_status_available_at_idx" ON "deliveries"("status", "available_at");

-- CreateIndex
CREATE INDEX "deliveries_organisation_id_created_at_idx" ON "deliveries"("organisation_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "webhooks_organisation_id_idx" ON "webhooks"("organisation_id");

-- CreateIndex
CREATE INDEX "notifications_user_id_created_at_idx" ON "notifications"("user_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "api_keys_user_id_idx" ON "api_keys"("user_id");

-- CreateIndex
CREATE INDEX "api_keys_next_rotation_at_idx" ON "api_keys"("next_rotation_at");

-- CreateIndex
CREATE INDEX "audit_events_organisation_id_resource_type_at_idx" ON "audit_events"("organisation_id", "resource_type", "at" DESC);

-- CreateIndex
CREATE INDEX "audit_events_organisation_id_actor_id_at_idx" ON "audit_events"("organisation_id", "actor_id", "at" DESC);

-- CreateIndex
CREATE INDEX "audit_events_organisation_id_workspace_id_at_idx" ON "audit_events"("organisation_id", "workspace_id", "at" DESC);

-- CreateIndex
CREATE INDEX "outbox_messages_done_at_created_at_idx" ON "outbox_messages"("done_at", "created_at");

-- AddForeignKey
ALTER TABLE "key_reveals" ADD CONSTRAINT "key_reveals_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invites" ADD CONSTRAINT "invites_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guardrails" ADD CONSTRAINT "guardrails_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guardrails" ADD CONSTRAINT "guardrails_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "guardrail_versions" ADD CONSTRAINT "guardrail_versions_guardrail_id_fkey" FOREIGN KEY ("guardrail_id") REFERENCES "guardrails"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_limit_policies" ADD CONSTRAINT "usage_limit_policies_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rate_limit_policies" ADD CONSTRAINT "rate_limit_policies_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "outbox_messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ── carried over ──

-- Saved-only mode is a security toggle, so that a workspace may have its own.
UPDATE "organisations"
  SET "security_settings" = "security_settings" || jsonb_build_object('block_inline_config', "settings" -> 'block_inline_config'),
      "settings" = "settings" - 'block_inline_config'
  WHERE "settings" ? 'block_inline_config';

UPDATE "api_keys" SET "next_rotation_at" = ("rotation_policy" ->> 'next_rotation_at')::timestamptz
  WHERE "rotation_policy" ->> 'next_rotation_at' IS NOT NULL;

-- ── unique among the living ──

CREATE UNIQUE INDEX "workspaces_living_name" ON "workspaces" ("organisation_id", "name") WHERE "status" <> 'archived';
CREATE UNIQUE INDEX "workspaces_one_default" ON "workspaces" ("organisation_id") WHERE "is_default" AND "status" <> 'archived';
CREATE UNIQUE INDEX "configs_one_default" ON "configs" ("workspace_id") WHERE "is_default" AND "status" <> 'archived';
CREATE UNIQUE INDEX "guardrails_living_slug" ON "guardrails" ("organisation_id", lower("slug")) WHERE "status" <> 'archived';
CREATE UNIQUE INDEX "invites_pending_email" ON "invites" ("organisation_id", "email") WHERE "status" = 'pending';

-- ── changes ──

CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "guardrails" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "usage_limit_policies" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "rate_limit_policies" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
