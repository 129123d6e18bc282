-- People, their sessions and tokens, their settings.

CREATE TABLE IF NOT EXISTS users (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  username VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email VARCHAR(254) NOT NULL,
  email_key VARCHAR(254) NOT NULL,
  display_name VARCHAR(80) NOT NULL,
  display_key VARCHAR(320) NOT NULL,
  password VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  server_role TINYINT UNSIGNED NOT NULL,
  created_at BIGINT NOT NULL,
  deactivated_at BIGINT NULL,
  version BIGINT NOT NULL,
  UNIQUE KEY by_username (username),
  UNIQUE KEY by_email (email_key)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS sessions (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  user_id BIGINT UNSIGNED NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,
  secret_hash BINARY(32) NOT NULL,
  user_agent VARCHAR(255) NOT NULL,
  address VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  UNIQUE KEY by_secret (secret_hash),
  KEY by_user (user_id),
  KEY by_expiry (expires_at)
) ENGINE=InnoDB;

-- Refresh tokens that were used: one coming again ends its family.
CREATE TABLE IF NOT EXISTS used_refresh_tokens (
  secret_hash BINARY(32) NOT NULL PRIMARY KEY,
  session_id BIGINT UNSIGNED NOT NULL,
  used_at BIGINT NOT NULL,
  KEY by_session (session_id)
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS user_settings (
  user_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  theme TINYINT UNSIGNED NOT NULL,
  density TINYINT UNSIGNED NOT NULL,
  language VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL
) ENGINE=InnoDB;
