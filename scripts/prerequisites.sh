# Sourced by run.sh, test.sh and .ci/run, which set "root" to the repository's folder: what must be on the machine.
# Whatever is missing is installed where that is ours to do (as root on Debian or Ubuntu); elsewhere it is said exactly.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK=1 DOTNET_CLI_UI_LANGUAGE=en
# No build servers that live on after the command (the environment is where MSBuild looks for properties too).
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

need_dotnet() {
    if ! command -v dotnet >/dev/null 2>&1 && [ -x "${HOME:-/nonexistent}/.dotnet/dotnet" ]; then
        export PATH="$HOME/.dotnet:$PATH" DOTNET_ROOT="$HOME/.dotnet"
    fi
    if (cd -- "$root" && dotnet --version) >/dev/null 2>&1; then
        return 0
    fi
    cat >&2 <<'TEXT'
The .NET SDK 10 is missing (dotnet is not on PATH, or has no SDK that global.json accepts). Install it, then run this again:
  any Linux or macOS, without root:
    curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0
    export PATH="$HOME/.dotnet:$PATH"
  packages and installers: https://dotnet.microsoft.com/download/dotnet/10.0
TEXT
    return 1
}

# Succeeds when PostgreSQL's server programs, 15 or newer, are where the engine looks for them.
has_postgres() {
    local on_path folder version
    on_path="$(command -v initdb 2>/dev/null || true)"
    for folder in ${on_path:+"$(dirname -- "$(realpath -- "$on_path")")"} \
        /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ] || continue
        version="$("$folder/postgres" --version 2>/dev/null | tr -cd '0-9. ' | awk '{ print int($1) }')"
        [ "${version:-0}" -ge 15 ] && return 0
    done
    return 1
}

can_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

install_packages() {
    echo "Installing $* …" >&2
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update >&2 </dev/null || true
    "${apt[@]}" install --no-install-recommends "$@" >&2 </dev/null
}

# Debian's package makes a cluster and starts it. The engine makes its own, so the package is told not to.
install_postgres() {
    local settings=/etc/postgresql-common/createcluster.d status=0
    mkdir -p "$settings"
    echo "create_main_cluster = false" >"$settings/commission.conf"
    install_packages postgresql || status=$?
    rm -f "$settings/commission.conf"
    return "$status"
}

need_postgres() {
    has_postgres && return 0
    if can_install && install_postgres && has_postgres; then
        return 0
    fi
    cat >&2 <<'TEXT'
PostgreSQL's server programs (15 or newer) are missing: looked for initdb on PATH and in /usr/lib/postgresql/*/bin.
Install them, then run this again; no server needs to run, the engine starts a private one:
  Debian, Ubuntu:  sudo apt-get install -y postgresql
  Fedora:          sudo dnf install -y postgresql-server
  macOS:           brew install postgresql@17
Or use a server that runs elsewhere:
  ConnectionStrings__Commission='Host=…;Database=…;Username=…;Password=…' ./run.sh
TEXT
    return 1
}

# Tools that some tests compare our answers with; without them those tests are skipped, and say so.
want_tools() {
    local tool missing=()
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 || missing+=("$tool")
    done
    command -v node >/dev/null 2>&1 || missing+=(nodejs)
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing+=(chromium)
    command -v go >/dev/null 2>&1 && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || missing+=(golang-go golang-golang-x-mod-dev)
    [ "${#missing[@]}" -eq 0 ] && return 0
    if can_install; then
        install_packages "${missing[@]}" && return 0
        # A package that this system does not have must not keep the others away.
        local left=()
        for tool in "${missing[@]}"; do
            install_packages "$tool" || left+=("$tool")
        done
        missing=("${left[@]}")
        [ "${#missing[@]}" -eq 0 ] && return 0
    fi
    echo "Not on this machine: ${missing[*]}. The tests that need them are skipped." >&2
}

# Packages of npm that some tests compare our answers with, by their lock file; without them those tests are skipped, and say so.
want_npm() {
    local folder=$1
    command -v npm >/dev/null 2>&1 || { echo "npm is not on this machine: tests that need $folder are skipped." >&2; return 0; }
    [ -d "$root/$folder/node_modules" ] || npm install --no-save --prefix "$root/$folder" --no-fund --no-audit >&2 \
        || echo "npm install failed in $folder: tests that need it are skipped." >&2
}
