#!/usr/bin/env bash
# Runs the engine on http://127.0.0.1:5080 with a private PostgreSQL under ./data. Arguments go to the engine.
set -euo pipefail
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)"
cd -- "$root"
# shellcheck source=scripts/prerequisites.sh
. "$root/scripts/prerequisites.sh"

need_dotnet
case "${ConnectionStrings__Commission:-} $*" in
    " "*--[Cc]onnection[Ss]trings:[Cc]ommission*) ;;
    " "*) need_postgres ;;
esac

# A trial has a payer that no bank knows (Commission.Api/appsettings.Trial.json); settings of the environment and arguments come first.
export DOTNET_ENVIRONMENT="${DOTNET_ENVIRONMENT:-Trial}"
exec dotnet run -c Release --project Commission.Api -- "$@"
