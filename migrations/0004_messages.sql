-- Messages, clustered in the order a room is read. `request_hash` is of the
-- request that made the message: a retry must be the same one.

CREATE TABLE IF NOT EXISTS messages (
  room_id BIGINT UNSIGNED NOT NULL,
  seq BIGINT NOT NULL,
  id BIGINT UNSIGNED NOT NULL,
  author_id BIGINT UNSIGNED NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  body MEDIUMTEXT NOT NULL,
  idempotency_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_hash BIGINT UNSIGNED NOT NULL,
  reply_to_id BIGINT UNSIGNED NULL,
  thread_root_id BIGINT UNSIGNED NULL,
  created_at BIGINT NOT NULL,
  edited_at BIGINT NULL,
  deleted_at BIGINT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (room_id, seq),
  UNIQUE KEY by_id (id),
  UNIQUE KEY by_key (author_id, idempotency_key)
) ENGINE=InnoDB;
