-- Rooms and who is in them. A person who left keeps the row, with `left_at`: a
-- stream that resumes from before then still owes its events.

CREATE TABLE IF NOT EXISTS rooms (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  kind TINYINT UNSIGNED NOT NULL,
  visibility TINYINT UNSIGNED NOT NULL,
  name VARCHAR(100) NOT NULL,
  name_key VARCHAR(400) NOT NULL,
  topic VARCHAR(1000) NOT NULL,
  direct_key VARCHAR(41) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_by BIGINT UNSIGNED NOT NULL,
  created_at BIGINT NOT NULL,
  archived_at BIGINT NULL,
  member_count INT NOT NULL,
  last_seq BIGINT NOT NULL,
  last_message_at BIGINT NULL,
  version BIGINT NOT NULL,
  UNIQUE KEY by_direct (direct_key),
  KEY by_name (visibility, archived_at, name_key, id)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS room_members (
  room_id BIGINT UNSIGNED NOT NULL,
  user_id BIGINT UNSIGNED NOT NULL,
  role TINYINT UNSIGNED NOT NULL,
  notifications TINYINT UNSIGNED NOT NULL,
  joined_at BIGINT NOT NULL,
  left_at BIGINT NULL,
  read_seq BIGINT NOT NULL,
  mention_count INT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (room_id, user_id),
  KEY by_user (user_id, left_at)
) ENGINE=InnoDB;
