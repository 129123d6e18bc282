# shellcheck shell=bash
# Building the server and the browser application.

# node_modules as package-lock.json has them.
require_node_modules() {
  local stamp
  stamp=$(sha256sum <"$ROOT/frontend/package-lock.json" | cut -d' ' -f1)
  unchanged "$ROOT/frontend/node_modules/.confab-stamp" "$stamp" && return
  quietly "npm ci" npm --prefix "$ROOT/frontend" ci --no-fund --no-audit
  echo "$stamp" >"$ROOT/frontend/node_modules/.confab-stamp"
}

build_frontend() {
  local stamp
  stamp=$(stamp_of "$ROOT/frontend" . \( -name node_modules -o -name dist -o -name e2e \
    -o -name test-results -o -name playwright-report -o -name '*.tsbuildinfo' \) -prune -o)
  [ -f "$ROOT/frontend/dist/index.html" ] && unchanged "$BUILD/frontend.stamp" "$stamp" && return
  require_node
  require_node_modules
  quietly "building the browser application" npm --prefix "$ROOT/frontend" run build
  echo "$stamp" >"$BUILD/frontend.stamp"
}

# build_server <folder under build/> <cmake options...>
build_server() {
  local folder=$BUILD/$1
  shift
  [ -f "$folder/build.ninja" ] || quietly "configuring ${folder##*/}" cmake -S "$ROOT" -B "$folder" -G Ninja "$@"
  quietly "building ${folder##*/}" ninja -C "$folder"
}

build_release() { build_server release -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCONFAB_TESTS=OFF; }
