# shellcheck shell=bash
# Counting test cases over all stages of a run.

PASSED=0
FAILED=0
FAILURES=()

# count <stage> <passed> <failed> [log]
count() {
  PASSED=$((PASSED + $2))
  FAILED=$((FAILED + $3))
  say "$(printf '%-32s %5d passed %5d failed %6d s' "$1" "$2" "$3" "$((SECONDS - STAGE_BEGAN))")"
  if [ "$3" != 0 ]; then
    FAILURES+=("$1${4:+: see $4}")
    [ -z "${4:-}" ] || tail -n 30 "$4" >&2
  fi
}

begin() {
  STAGE_BEGAN=$SECONDS
  STAGE_LOG=$LOGS/test-$(tr -cs 'A-Za-z0-9' '-' <<<"$1" | sed 's/-$//').log
}

# stage <name> <command...>: one test that passes when the command does.
stage() {
  local name=$1
  shift
  begin "$name"
  if "$@" >"$STAGE_LOG" 2>&1; then
    count "$name" 1 0
  else
    count "$name" 0 1 "$STAGE_LOG"
    return 1
  fi
}

# stage_ctest <name> <build folder> <ctest options...>: each case of CTest counts. They share one
# database; those that need one of their own bring it.
stage_ctest() {
  local name=$1 folder=$2 failed total
  shift 2
  begin "$name"
  "$folder/tests/with_database/confab-with-database" ctest --test-dir "$folder" --output-on-failure --no-tests=error "$@" >"$STAGE_LOG" 2>&1
  read -r failed total < <(sed -n \
    's/^[0-9]*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$STAGE_LOG")
  if [ -z "${total:-}" ]; then
    # No summary: there was no such test, or CTest itself fell over.
    failed=1 total=1
  fi
  count "$name" $((total - failed)) "$failed" "$STAGE_LOG"
}

# stage_json <name> <report file> <jq for passed> <jq for failed> <command...>
# Each case of a runner that writes a JSON report counts.
stage_json() {
  local name=$1 report=$2 passed=$3 failed=$4 code=0
  shift 4
  begin "$name"
  rm -f "$report"
  "$@" >"$STAGE_LOG" 2>&1 || code=$?
  if ! passed=$(jq -e "$passed" "$report" 2>/dev/null); then
    count "$name" 0 1 "$STAGE_LOG"
    return
  fi
  failed=$(jq "$failed" "$report")
  # A runner that fails without a failed case has failed itself.
  [ "$code" = 0 ] || [ "$failed" != 0 ] || failed=1
  count "$name" "$passed" "$failed" "$STAGE_LOG"
}

# The last line of a run; true when nothing failed.
summary() {
  local failure
  for failure in "${FAILURES[@]}"; do say "failed: $failure"; done
  echo "$PASSED passed, $FAILED failed"
  [ "$FAILED" = 0 ]
}
