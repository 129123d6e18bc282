-- Who did what to accounts, sessions, rooms and members. Each node's rows are a
-- chain: `hash` covers the row and the hash before it (api/audit/row.h).

CREATE TABLE IF NOT EXISTS audit_log (
  node_id SMALLINT UNSIGNED NOT NULL,
  pos BIGINT UNSIGNED NOT NULL,
  id BIGINT UNSIGNED NOT NULL,
  at BIGINT NOT NULL,
  actor VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  action VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject_kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject_id BIGINT UNSIGNED NULL,
  room_id BIGINT UNSIGNED NULL,
  reason VARCHAR(500) NULL,
  details TEXT NOT NULL,
  address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash BINARY(32) NOT NULL,
  PRIMARY KEY (node_id, pos),
  UNIQUE KEY by_id (id),
  KEY by_actor (actor, id),
  KEY by_action (action, id),
  KEY by_subject (subject_kind, subject_id, id),
  KEY by_room (room_id, id)
) ENGINE=InnoDB;
