-- The event log, the processes that write it, jobs, and answers kept for retries.

CREATE TABLE IF NOT EXISTS server (
  id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  tag CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at BIGINT NOT NULL
) ENGINE=InnoDB;

-- The tag tells this database's stream positions from another's.
INSERT IGNORE INTO server (id, tag, created_at)
VALUES (1, LOWER(SUBSTRING(REPLACE(UUID(), '-', ''), 1, 8)), UNIX_TIMESTAMP() * 1000);

CREATE TABLE IF NOT EXISTS nodes (
  id SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
  batch BIGINT UNSIGNED NOT NULL,
  pruned_pos BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS events (
  node_id SMALLINT UNSIGNED NOT NULL,
  pos BIGINT UNSIGNED NOT NULL,
  id BIGINT UNSIGNED NOT NULL,
  at BIGINT NOT NULL,
  type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  audience_kind TINYINT UNSIGNED NOT NULL,
  audience_id BIGINT UNSIGNED NOT NULL,
  room_id BIGINT UNSIGNED NULL,
  actor_id BIGINT UNSIGNED NULL,
  effect TINYINT UNSIGNED NOT NULL,
  subject_id BIGINT UNSIGNED NULL,
  ref_id BIGINT UNSIGNED NULL,
  client_ref VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  payload MEDIUMTEXT NULL,
  PRIMARY KEY (node_id, pos),
  KEY by_audience (audience_kind, audience_id, node_id, pos)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS jobs (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  args TEXT NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  run_at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  tries INT NOT NULL,
  unique_key VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL,
  last_error VARCHAR(500) NULL,
  created_at BIGINT NOT NULL,
  UNIQUE KEY by_unique_key (unique_key),
  KEY by_due (state, run_at)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS idempotency (
  user_id BIGINT UNSIGNED NOT NULL,
  idempotency_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_hash BINARY(32) NOT NULL,
  reply MEDIUMTEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, idempotency_key),
  KEY by_age (created_at)
) ENGINE=InnoDB;
