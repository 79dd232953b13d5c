#!/usr/bin/env bash
# Whole-model speeds of the working tree beside those of an earlier commit, measured in turn in one run.
#   bench/previous.sh                         against the commit before the last
#   bench/previous.sh v0.1.0 --models=N       against any other; further arguments go to the verb `previous`
set -euo pipefail
cd "$(dirname "$0")/.."

commit=HEAD~1
if [ $# -gt 0 ] && [[ $1 != --* ]]; then
  commit=$1
  shift
fi

before=$(mktemp -d)
trap 'git worktree remove --force "$before"' EXIT
git worktree add --quiet --detach "$before" "$commit"
for tree in "$before" .; do
  dotnet build -c Release -v q -p:RunAnalyzers=false "$tree/src/Aha.Cli"
done
dotnet build -c Release -v q -p:RunAnalyzers=false bench/Aha.Bench
dotnet artifacts/bin/Aha.Bench/release/Aha.Bench.dll previous --before="$before/artifacts/bin/Aha.Cli/release/aha.dll" --after=artifacts/bin/Aha.Cli/release/aha.dll "$@"
