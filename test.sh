#!/usr/bin/env bash
# Builds everything and runs all tests. Arguments go to `dotnet test`; the last line is "N passed, N failed, N skipped".
set -euo pipefail
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
cd -- "$root"
# shellcheck source=scripts/prerequisites.sh
. "$root/scripts/prerequisites.sh"

need_dotnet
need_postgres
want_tools hledger ledger python3 openssl
want_npm tools/stripe-check

log="$(mktemp)"
memory=""
trap 'rm -rf -- "$log" ${memory:+"$memory"}' EXIT

dotnet build Commission.sln -c Release </dev/null

# Engines of tests live for seconds: what the runtime learns to optimise by, nobody lives to see, and what it guards against nobody tries.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0

# Databases of tests lie in memory where there is room for them: hundreds are made and dropped, and no test is about the disk.
room="$(df --output=avail --block-size=1G /dev/shm 2>/dev/null | tail -n 1)" || room=0
if [[ -z "${TMPDIR:-}" && "${room:-0}" -ge 8 ]]; then
    memory="$(mktemp -d -p /dev/shm commission-tests-XXXXXX)"
    chmod 1777 -- "$memory"
    export TMPDIR="$memory"
fi

# Two test projects at a time: each has a PostgreSQL of its own, and what waits in one leaves the cores to the other.
status=0
dotnet test --solution Commission.sln -c Release --no-build --max-parallel-test-modules 2 "$@" </dev/null 2>&1 | tee -- "$log" || status=$?

# The counts of the last summary that dotnet test printed.
awk '
    /^Test run summary/ { passed = failed = skipped = 0; seen = 1 }
    seen && $1 == "succeeded:" { passed = $2 }
    seen && $1 == "failed:" { failed = $2 }
    seen && $1 == "skipped:" { skipped = $2 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit passed == 0 || failed > 0 }
' "$log" || status=$((status == 0 ? 1 : status))
exit "$status"
