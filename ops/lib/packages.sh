# shellcheck shell=bash
# Debian packages and Node.js.

packages_in() {
  awk -v wanted=" $* " '
    /^#/ || !NF { next }
    /^\[/ { section = substr($0, 2, length($0) - 2); next }
    index(wanted, " " section " ") { print }' "$ROOT/ops/packages.txt"
}

# missing_of <package...>: those that are not installed.
missing_of() {
  local installed
  # dpkg-query fails when it does not know one of them: that is what is asked here.
  # shellcheck disable=SC2016
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
    awk '$2 == "installed" { print $1 }' || true)
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# Servers among them are for our own use: none shall start by itself.
apt_install() {
  quietly "apt-get update" as_root apt-get update -q
  # shellcheck disable=SC2016
  quietly "installing $*" as_root sh -c '
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" >"$policy"
      chmod 755 "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"' apt_install "$@"
}

# require_packages <section...>: installs what is missing of ops/packages.txt.
require_packages() {
  local wanted missing
  mapfile -t wanted < <(packages_in "$@")
  mapfile -t missing < <(missing_of "${wanted[@]}")
  [ "${#missing[@]}" = 0 ] && return
  command -v apt-get >/dev/null ||
    die "these packages are missing: ${missing[*]}" "install what corresponds to them here"
  apt_install "${missing[@]}"
}

node_is_new_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number);
             process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'
}

# Node 20.19 or later: the one on the PATH, or one of our own in build/tools. Debian 12 has
# Node 18; it is good enough to fetch a newer one from the npm registry.
require_node() {
  local tools=$BUILD/tools arch
  export PATH=$tools/bin:$PATH
  node_is_new_enough && return
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "no Node.js 20.19 or later for $(uname -m)" "install one so that \`node\` finds it" ;;
  esac
  command -v npm >/dev/null || apt_install nodejs npm
  mkdir -p "$tools/bin"
  quietly "fetching Node.js 22" npm install --prefix "$tools" --no-save --no-fund --no-audit \
    "node-linux-$arch@22" npm@11
  ln -sf "../node_modules/node-linux-$arch/bin/node" "$tools/bin/node"
  ln -sf ../node_modules/npm/bin/npm-cli.js "$tools/bin/npm"
  ln -sf ../node_modules/npm/bin/npx-cli.js "$tools/bin/npx"
  hash -r
  node_is_new_enough || die "Node.js 20.19 or later is needed" "install one so that \`node\` finds it"
}
