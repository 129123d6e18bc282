# shellcheck shell=bash
# Sourced by the commands in ops/. Progress goes to stderr: stdout belongs to the command.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$ROOT/build
LOGS=$BUILD/log
mkdir -p "$LOGS"
# One compiler cache for every checkout of this project, wherever it lies.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$(basename "$0"): $1"
  [ -z "${2:-}" ] || say "  to mend: $2"
  exit 1
}

# quietly <what> <command...>: the command's output goes to build/log, and is shown when it fails.
quietly() {
  local what=$1 log
  shift
  log=$LOGS/$(tr -cs 'A-Za-z0-9' '-' <<<"$what" | cut -c1-60 | sed 's/-$//').log
  say "$what ..."
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    die "$what: failed" "see $log"
  fi
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: $*" "run it as root, or install sudo"
  fi
}

# stamp_of <folder> <find arguments...>: one hash over the names and contents of files.
stamp_of() {
  (cd "$1" && shift && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) |
    sha256sum | cut -d' ' -f1
}

# unchanged <stamp file> <stamp>: true when the file holds that stamp.
unchanged() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
