-- The spine: everything schema.prisma describes, then what it cannot: partial indexes, partitions, triggers.
-- The first part is what Prisma makes of the schema, but that request_logs and request_bodies are partitioned.

CREATE TABLE "organisations" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "logo" TEXT,
    "defaults" JSONB NOT NULL DEFAULT '{}',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "security_settings" JSONB NOT NULL DEFAULT '{}',
    "auth_settings" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "organisations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "workspaces" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "icon" TEXT,
    "description" TEXT,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "defaults" JSONB NOT NULL DEFAULT '{}',
    "usage_limits" JSONB NOT NULL DEFAULT '[]',
    "rate_limits" JSONB NOT NULL DEFAULT '[]',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "security_settings" JSONB NOT NULL DEFAULT '{}',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "first_name" TEXT NOT NULL DEFAULT '',
    "last_name" TEXT NOT NULL DEFAULT '',
    "role" TEXT NOT NULL DEFAULT 'member',
    "status" TEXT NOT NULL DEFAULT 'active',
    "password_hash" TEXT,
    "provisioned_by" TEXT NOT NULL DEFAULT 'invite',
    "preferences" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "memberships" (
    "workspace_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'member',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("workspace_id","user_id")
);

CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "ip" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sign_in_failures" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_in_failures_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "integrations" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "ai_provider_id" TEXT NOT NULL,
    "credentials" BYTEA,
    "masked_key" TEXT,
    "configurations" JSONB NOT NULL DEFAULT '{}',
    "secret_mappings" JSONB NOT NULL DEFAULT '[]',
    "pricing_adjustments" JSONB,
    "allow_all_models" BOOLEAN NOT NULL DEFAULT true,
    "global_workspace_access" JSONB NOT NULL DEFAULT '{"enabled":true}',
    "usage_limits" JSONB NOT NULL DEFAULT '[]',
    "rate_limits" JSONB NOT NULL DEFAULT '[]',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "integrations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "model_settings" (
    "integration_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "is_custom" BOOLEAN NOT NULL DEFAULT false,
    "is_finetune" BOOLEAN NOT NULL DEFAULT false,
    "base_model_slug" TEXT,
    "pricing_config" JSONB,
    "context_window" INTEGER,
    "max_output_tokens" INTEGER,
    "configurations" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "model_settings_pkey" PRIMARY KEY ("integration_id","slug")
);

CREATE TABLE "integration_workspaces" (
    "integration_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "usage_limits" JSONB NOT NULL DEFAULT '[]',
    "rate_limits" JSONB NOT NULL DEFAULT '[]',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "integration_workspaces_pkey" PRIMARY KEY ("integration_id","workspace_id")
);

CREATE TABLE "providers" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "integration_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "note" TEXT,
    "usage_limits" JSONB NOT NULL DEFAULT '[]',
    "rate_limits" JSONB NOT NULL DEFAULT '[]',
    "expires_at" TIMESTAMPTZ(3),
    "last_reset_at" TIMESTAMPTZ(3),
    "tags" JSONB NOT NULL DEFAULT '{}',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "providers_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID,
    "user_id" UUID,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "mask" TEXT NOT NULL,
    "scopes" TEXT[],
    "defaults" JSONB NOT NULL DEFAULT '{}',
    "usage_limits" JSONB NOT NULL DEFAULT '[]',
    "rate_limits" JSONB NOT NULL DEFAULT '[]',
    "alert_emails" TEXT[],
    "rotation_policy" JSONB,
    "expires_at" TIMESTAMPTZ(3),
    "creation_mode" TEXT NOT NULL DEFAULT 'api',
    "last_reset_at" TIMESTAMPTZ(3),
    "last_rotated_at" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_key_secrets" (
    "hash" BYTEA NOT NULL,
    "api_key_id" UUID NOT NULL,
    "mask" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_secrets_pkey" PRIMARY KEY ("hash")
);

CREATE TABLE "api_key_uses" (
    "api_key_id" UUID NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_key_uses_pkey" PRIMARY KEY ("api_key_id")
);

CREATE TABLE "configs" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "version_id" UUID NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by" UUID,
    "updated_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "configs_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "config_versions" (
    "id" UUID NOT NULL,
    "config_id" UUID NOT NULL,
    "config" JSONB NOT NULL,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "config_versions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "request_logs" (
    "id" UUID NOT NULL,
    "retention_days" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "user_id" UUID,
    "user_label" TEXT,
    "trace_id" TEXT NOT NULL,
    "span_id" TEXT NOT NULL,
    "span_name" TEXT,
    "parent_span_id" TEXT,
    "session_id" TEXT,
    "endpoint" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "provider_slug" TEXT,
    "integration_id" UUID,
    "ai_org" TEXT,
    "ai_model" TEXT,
    "requested_model" TEXT,
    "config_id" UUID,
    "config_version_id" UUID,
    "status" SMALLINT NOT NULL,
    "is_success" BOOLEAN NOT NULL,
    "refusal" TEXT,
    "is_partial" BOOLEAN NOT NULL,
    "is_stream" BOOLEAN NOT NULL,
    "finish_reason" TEXT,
    "input_tokens" INTEGER NOT NULL,
    "output_tokens" INTEGER NOT NULL,
    "reasoning_tokens" INTEGER NOT NULL,
    "cache_read_tokens" INTEGER NOT NULL,
    "cache_write_tokens" INTEGER NOT NULL,
    "cost_nanos" BIGINT,
    "is_unpriced" BOOLEAN NOT NULL,
    "is_usage_estimated" BOOLEAN NOT NULL,
    "response_ms" INTEGER NOT NULL,
    "ttft_ms" INTEGER,
    "upstream_ms" INTEGER NOT NULL,
    "overhead_us" INTEGER NOT NULL,
    "cache_status" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "retry_count" SMALLINT NOT NULL,
    "attempts" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "source" TEXT NOT NULL,
    "runtime" TEXT,
    "runtime_version" TEXT,
    "sdk_version" TEXT,
    "upstream_id" TEXT,
    "request_bytes" INTEGER NOT NULL,
    "response_bytes" INTEGER NOT NULL,
    "has_bodies" BOOLEAN NOT NULL,
    "bodies_retention_days" SMALLINT NOT NULL,

    CONSTRAINT "request_logs_pkey" PRIMARY KEY ("id","retention_days")
) PARTITION BY RANGE ("id");

CREATE TABLE "request_bodies" (
    "id" UUID NOT NULL,
    "retention_days" SMALLINT NOT NULL,
    "workspace_id" UUID NOT NULL,
    "head" TEXT NOT NULL,
    "request" BYTEA,
    "response" BYTEA,
    "final_request" BYTEA,
    "original_response" BYTEA,

    CONSTRAINT "request_bodies_pkey" PRIMARY KEY ("id","retention_days")
) PARTITION BY RANGE ("id");

CREATE TABLE "rollup_minutes" (
    "at" TIMESTAMPTZ(0) NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "provider_slug" TEXT NOT NULL,
    "ai_model" TEXT NOT NULL,
    "status" SMALLINT NOT NULL,
    "requests" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cache_read_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "cost_nanos" BIGINT NOT NULL,
    "unpriced" BIGINT NOT NULL,
    "streams" BIGINT NOT NULL,
    "response_ms" BIGINT NOT NULL,
    "overhead_us" BIGINT NOT NULL,
    "latency" JSONB NOT NULL,

    CONSTRAINT "rollup_minutes_pkey" PRIMARY KEY ("at","workspace_id","api_key_id","provider_slug","ai_model","status")
);

CREATE TABLE "rollup_hours" (
    "at" TIMESTAMPTZ(0) NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "provider_slug" TEXT NOT NULL,
    "ai_model" TEXT NOT NULL,
    "status" SMALLINT NOT NULL,
    "requests" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cache_read_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "cost_nanos" BIGINT NOT NULL,
    "unpriced" BIGINT NOT NULL,
    "streams" BIGINT NOT NULL,
    "response_ms" BIGINT NOT NULL,
    "overhead_us" BIGINT NOT NULL,
    "latency" JSONB NOT NULL,

    CONSTRAINT "rollup_hours_pkey" PRIMARY KEY ("at","workspace_id","api_key_id","provider_slug","ai_model","status")
);

CREATE TABLE "rollup_days" (
    "at" TIMESTAMPTZ(0) NOT NULL,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "provider_slug" TEXT NOT NULL,
    "ai_model" TEXT NOT NULL,
    "status" SMALLINT NOT NULL,
    "requests" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cache_read_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "cost_nanos" BIGINT NOT NULL,
    "unpriced" BIGINT NOT NULL,
    "streams" BIGINT NOT NULL,
    "response_ms" BIGINT NOT NULL,
    "overhead_us" BIGINT NOT NULL,
    "latency" JSONB NOT NULL,

    CONSTRAINT "rollup_days_pkey" PRIMARY KEY ("at","workspace_id","api_key_id","provider_slug","ai_model","status")
);

CREATE TABLE "audit_events" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "organisation_id" UUID NOT NULL,
    "workspace_id" UUID,
    "request_id" UUID,
    "method" TEXT NOT NULL,
    "uri" TEXT NOT NULL,
    "actor_type" TEXT NOT NULL,
    "actor_id" UUID,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT,
    "resource_name" TEXT,
    "action" TEXT NOT NULL,
    "response_status_code" INTEGER NOT NULL,
    "request_body" TEXT,
    "query_params" TEXT,
    "request_headers" TEXT,
    "before" JSONB,
    "after" JSONB,
    "client_ip" TEXT,
    "country" TEXT,
    "user_agent" TEXT,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "outbox_messages" (
    "id" UUID NOT NULL,
    "organisation_id" UUID,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "outbox_messages_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "change_events" (
    "version" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL,
    "relation" TEXT NOT NULL,
    "row_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "change_events_pkey" PRIMARY KEY ("version")
);

-- ── indexes the schema names ──

CREATE UNIQUE INDEX "organisations_slug_key" ON "organisations"("slug");
CREATE INDEX "workspaces_organisation_id_idx" ON "workspaces"("organisation_id");
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
CREATE INDEX "sign_in_failures_email_at_idx" ON "sign_in_failures"("email", "at");
CREATE INDEX "sign_in_failures_ip_at_idx" ON "sign_in_failures"("ip", "at");
CREATE INDEX "integrations_organisation_id_idx" ON "integrations"("organisation_id");
CREATE INDEX "integration_workspaces_workspace_id_idx" ON "integration_workspaces"("workspace_id");
CREATE INDEX "providers_workspace_id_idx" ON "providers"("workspace_id");
CREATE INDEX "providers_integration_id_idx" ON "providers"("integration_id");
CREATE INDEX "api_keys_organisation_id_idx" ON "api_keys"("organisation_id");
CREATE INDEX "api_keys_workspace_id_idx" ON "api_keys"("workspace_id");
CREATE INDEX "api_key_secrets_api_key_id_idx" ON "api_key_secrets"("api_key_id");
CREATE INDEX "configs_workspace_id_idx" ON "configs"("workspace_id");
CREATE INDEX "config_versions_config_id_idx" ON "config_versions"("config_id");
CREATE INDEX "request_logs_workspace_id_id_idx" ON "request_logs"("workspace_id", "id" DESC);
CREATE INDEX "request_logs_trace" ON "request_logs"("trace_id");
CREATE INDEX "request_logs_metadata" ON "request_logs" USING GIN ("metadata" jsonb_path_ops);
CREATE INDEX "rollup_minutes_workspace_id_at_idx" ON "rollup_minutes"("workspace_id", "at");
CREATE INDEX "rollup_hours_workspace_id_at_idx" ON "rollup_hours"("workspace_id", "at");
CREATE INDEX "rollup_days_workspace_id_at_idx" ON "rollup_days"("workspace_id", "at");
CREATE INDEX "audit_events_organisation_id_at_idx" ON "audit_events"("organisation_id", "at" DESC);
CREATE INDEX "outbox_messages_done_at_available_at_idx" ON "outbox_messages"("done_at", "available_at");
CREATE INDEX "change_events_xid_idx" ON "change_events"("xid");

-- ── references ──

ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "users" ADD CONSTRAINT "users_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "integrations" ADD CONSTRAINT "integrations_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "integrations" ADD CONSTRAINT "integrations_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "model_settings" ADD CONSTRAINT "model_settings_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "integrations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "integration_workspaces" ADD CONSTRAINT "integration_workspaces_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "integrations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "integration_workspaces" ADD CONSTRAINT "integration_workspaces_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "providers" ADD CONSTRAINT "providers_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "providers" ADD CONSTRAINT "providers_integration_id_fkey" FOREIGN KEY ("integration_id") REFERENCES "integrations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organisation_id_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "api_key_secrets" ADD CONSTRAINT "api_key_secrets_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "api_key_uses" ADD CONSTRAINT "api_key_uses_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "configs" ADD CONSTRAINT "configs_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "config_versions" ADD CONSTRAINT "config_versions_config_id_fkey" FOREIGN KEY ("config_id") REFERENCES "configs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ── indexes the schema cannot say ──

-- A slug may be used again once its owner is archived.
CREATE UNIQUE INDEX "workspaces_living_slug" ON "workspaces" ("organisation_id", lower("slug")) WHERE "status" <> 'archived';
CREATE UNIQUE INDEX "integrations_living_slug" ON "integrations" ("organisation_id", lower("slug")) WHERE "status" <> 'archived';
CREATE UNIQUE INDEX "providers_living_slug" ON "providers" ("workspace_id", lower("slug")) WHERE "status" <> 'archived';
CREATE UNIQUE INDEX "configs_living_slug" ON "configs" ("workspace_id", lower("slug")) WHERE "status" <> 'archived';

CREATE INDEX "request_logs_session" ON "request_logs" ("session_id") WHERE "session_id" IS NOT NULL;

-- ── storage ──

-- Bodies arrive compressed; a second attempt would only burn time.
ALTER TABLE "request_bodies"
  ALTER COLUMN "request" SET STORAGE EXTERNAL,
  ALTER COLUMN "response" SET STORAGE EXTERNAL,
  ALTER COLUMN "final_request" SET STORAGE EXTERNAL,
  ALTER COLUMN "original_response" SET STORAGE EXTERNAL;

-- Rows that are updated in place keep room for their next version on the same page.
ALTER TABLE "rollup_minutes" SET (fillfactor = 70);
ALTER TABLE "rollup_hours" SET (fillfactor = 70);
ALTER TABLE "rollup_days" SET (fillfactor = 70);
ALTER TABLE "api_key_uses" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- ── partitions: a day of ids, and in it one table a retention class ──

-- The smallest UUIDv7 of a moment: its milliseconds, then zeros.
CREATE FUNCTION uuid_floor(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN rpad(lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0'), 32, '0')::uuid;

-- Not to_regclass: having waited for a lock, its cache may still say that a table is not there.
CREATE FUNCTION has_table(name text) RETURNS boolean
LANGUAGE sql STABLE STRICT AS $$ SELECT EXISTS (SELECT FROM pg_class WHERE relname = name AND pg_table_is_visible(oid)) $$;

-- Makes the day's partition and its class when missing. Tables are made aside and attached, since ATTACH lets readers
-- and writers of the parent go on while CREATE ... PARTITION OF does not. Call it in a transaction of its own.
CREATE FUNCTION ensure_partition(root text, day date, days int) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  day_table text := root || '_' || to_char(day, 'YYYYMMDD');
  class_table text := day_table || '_' || days;
  starts timestamptz := day::timestamp AT TIME ZONE 'UTC';
  ends timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
  is_new_day boolean;
BEGIN
  IF days < 1 OR days > 32767 THEN
    RAISE EXCEPTION 'a retention class is 1 to 32767 days, not %', days USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF has_table(class_table) THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('tollgate partitions'));
  IF has_table(class_table) THEN RETURN; END IF;

  is_new_day := NOT has_table(day_table);
  IF is_new_day THEN
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY LIST (retention_days)',
      day_table, root);
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING STORAGE)'
    ' WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)', class_table, root);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%L)', day_table, class_table, days);
  IF is_new_day THEN
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      root, day_table, uuid_floor(starts), uuid_floor(ends));
  END IF;
END
$$;

CREATE FUNCTION ensure_log_partition(day date, days int) RETURNS void
LANGUAGE sql AS $$ SELECT ensure_partition('request_logs', day, days) $$;

CREATE FUNCTION ensure_body_partition(day date, days int) RETURNS void
LANGUAGE sql AS $$ SELECT ensure_partition('request_bodies', day, days) $$;

-- Drops the classes that fell due by `at` and the days that are left empty; gives back their names. A class is due
-- when its last moment is `days` old. One that is being read is left for the next time, so that nobody waits for us.
CREATE FUNCTION drop_log_partitions(at timestamptz) RETURNS SETOF text
LANGUAGE plpgsql
SET lock_timeout = '2s' AS $$
DECLARE
  today date := (at AT TIME ZONE 'UTC')::date;
  part record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tollgate partitions'));
  FOR part IN
    SELECT tree.relid::regclass::text AS name, tree.level, tree.isleaf,
      regexp_match(class.relname, '_(\d{8})(?:_(\d+))?$') AS label
    FROM (VALUES ('request_logs'), ('request_bodies')) AS roots (root),
      pg_partition_tree(root::regclass) AS tree
      JOIN pg_class AS class ON class.oid = tree.relid
    WHERE tree.level > 0
    ORDER BY tree.level DESC, class.relname
  LOOP
    IF part.level = 2 THEN
      CONTINUE WHEN to_date(part.label[1], 'YYYYMMDD') + 1 + part.label[2]::int > today;
    ELSE
      CONTINUE WHEN EXISTS (SELECT FROM pg_inherits WHERE inhparent = part.name::regclass);
    END IF;
    BEGIN
      EXECUTE 'DROP TABLE ' || part.name;
      RETURN NEXT part.name;
    EXCEPTION WHEN lock_not_available THEN
      RAISE NOTICE '% is in use and is kept until the next time', part.name;
    END;
  END LOOP;
END
$$;

-- ── changes ──

-- Tells running processes that a row they may have compiled has changed: at once by NOTIFY, and by a row for whoever
-- was not listening. The argument names the column whose value they know the row by.
CREATE FUNCTION announce_change() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  row_id text;
  seen bigint;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN RETURN NULL; END IF;
  row_id := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END ->> TG_ARGV[0];
  INSERT INTO change_events (xid, relation, row_id)
    VALUES (pg_current_xact_id()::text::bigint, TG_TABLE_NAME, row_id)
    RETURNING version INTO seen;
  PERFORM pg_notify('tollgate_changes', format('%s:%s:%s', TG_TABLE_NAME, row_id, seen));
  RETURN NULL;
END
$$;

CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "organisations" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "workspaces" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "users" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "memberships" FOR EACH ROW EXECUTE FUNCTION announce_change('user_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "integrations" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "model_settings" FOR EACH ROW EXECUTE FUNCTION announce_change('integration_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "integration_workspaces" FOR EACH ROW EXECUTE FUNCTION announce_change('workspace_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "providers" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "api_keys" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "api_key_secrets" FOR EACH ROW EXECUTE FUNCTION announce_change('api_key_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "configs" FOR EACH ROW EXECUTE FUNCTION announce_change('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON "config_versions" FOR EACH ROW EXECUTE FUNCTION announce_change('config_id');

-- ── evidence ──

CREATE FUNCTION refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
