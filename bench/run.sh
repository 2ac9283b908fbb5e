#!/usr/bin/env bash
# Runs the benchmarks on programs that are built already; `./dev bench` builds them first and calls this.
#
#   bench/run.sh [NAME…] [--json]
#
#   scuba   a ScubaGear export from file to all SCuBA verdicts, whole process: as it is, and with 1,000, 10,000 and
#           100,000 Conditional Access policies, privileged users and mail domains
#   micro   what the stages cost by themselves
#
# Without a NAME all of them. Exits with 1 when a goal is missed.
#
#   ASSAY_BUILD=FOLDER   where the programs are (build/release)

set -euo pipefail
export LC_ALL=C.UTF-8

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
build=${ASSAY_BUILD:-build/release}
measure=$build/bench/bench-measure
generator=$build/bench/bench-scuba-generator
data=build/bench # what is generated stays here for the next run
real=../shared/data/scubagear/provider-export_2026-05-04_v1.8.0_tqhjy.json

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $1"
  exit "${2:-1}"
}

# The export that everything is made of.
find_export() {
  export_file=$real
  [ ! -e "$export_file" ] || return 0
  export_file=examples/contoso.json
  [ -e "$export_file" ] || die "there is neither $real nor $export_file"
  say "note: $real is absent, so examples/contoso.json takes its place: sizes differ from the published ones"
}

# large KIND N: the path of the export with N objects of a kind, written unless a former run has left it.
large() {
  local kind=$1 n=$2 source
  source=$(basename "$export_file" .json)
  local file=$data/$source-$kind-$n.json
  if [ ! -e "$file" ] || [ "$file" -ot bench/scuba_generator.cpp ] || [ "$file" -ot "$export_file" ]; then
    mkdir -p "$data"
    "$generator" "$export_file" "$file.part" "--$kind" "$n" || die "\`$file\` could not be made"
    mv "$file.part" "$file"
  fi
  printf '%s\n' "$file"
}

# --- scuba -----------------------------------------------------------------------------------------------------------

# scuba_case NAME OBJECTS FILE REPEAT [MS MB]: measures one case and prints a line of fields divided by `|`; the goals
# are MS milliseconds and MB megabytes, empty when there is none.
scuba_case() {
  local name=$1 objects=$2 file=$3 repeat=$4 goal_ms=${5:-} goal_mb=${6:-} line bytes
  say "measuring: $name${objects:+, $objects}"
  line=$("$measure" --repeat "$repeat" -- "$build/assay" compliance "$file" --framework scuba -o json) ||
    die "\`assay compliance $file\` failed"
  bytes=$(wc -c <"$file")
  [[ $line =~ \"best_ms\":([0-9.]+),\"median_ms\":([0-9.]+),\"cpu_ms\":([0-9.]+),\"peak_mb\":([0-9.]+) ]] ||
    die "$measure printed \`$line\`" 70
  printf '%s|%s|%s|%s|%s|%s|%s|%s|%s|%s\n' "$name" "$objects" "$bytes" "$repeat" "${BASH_REMATCH[@]:1:4}" "$goal_ms" "$goal_mb"
}

scuba_cases() {
  local kind n repeat goals file
  scuba_case export "" "$export_file" 30 25 40
  for kind in policies privileged domains; do
    for n in 1000 10000 100000; do
      case $n in
        1000) repeat=15 ;;
        10000) repeat=7 ;;
        *) repeat=5 ;;
      esac
      goals=()
      case $kind-$n in
        policies-100000) goals=(1000 300) ;;
        domains-10000) goals=(100) ;;
      esac
      file=$(large "$kind" "$n") || return
      scuba_case "$kind" "$n" "$file" "$repeat" "${goals[@]}"
    done
  done
}

# The part that both ways of printing share. What an object costs is what the file takes longer than the plain export, divided by the objects. Goals are held
# against the best run.
# shellcheck disable=SC2016
scuba_awk='
  BEGIN { FS = "|" }
  function met(value, goal) { return goal == "" ? "" : value <= goal ? "met" : "missed" }
  function thousands(n,   out) {
    while (length(n) > 3) { out = "," substr(n, length(n) - 2) out; n = substr(n, 1, length(n) - 3) }
    return n out
  }
  $2 == "" { plain = $5 }
  {
    each = $2 == "" ? "" : sprintf("%.2f", ($5 > plain ? $5 - plain : 0) * 1000 / $2)
    time_met = met($5, $9); memory_met = met($8, $10)
    if (time_met == "missed" || memory_met == "missed") missed = 1
  }
'

scuba() {
  find_export
  local lines
  lines=$(scuba_cases) || return
  if [ "$json" = yes ]; then
    awk -v export_file="$(basename "$export_file")" "$scuba_awk"'
      BEGIN { printf "{\"export\":\"%s\",\"command\":\"assay compliance FILE --framework scuba -o json\",\"cases\":[", export_file }
      {
        printf "%s{\"case\":\"%s\",\"objects\":%s,\"bytes\":%s,\"runs\":%s", (NR > 1 ? "," : ""), $1, ($2 == "" ? "null" : $2), $3, $4
        printf ",\"best_ms\":%s,\"median_ms\":%s,\"cpu_ms\":%s,\"peak_mb\":%s", $5, $6, $7, $8
        printf ",\"microseconds_per_object\":%s", (each == "" ? "null" : each)
        printf ",\"goal_ms\":%s,\"goal_mb\":%s", ($9 == "" ? "null" : $9), ($10 == "" ? "null" : $10)
        printf ",\"met\":%s}", (time_met == "" ? "null" : time_met memory_met ~ /missed/ ? "false" : "true")
      }
      END { printf "],\"met\":%s}\n", (missed ? "false" : "true"); exit missed }' <<<"$lines"
    return
  fi
  printf 'assay compliance FILE --framework scuba -o json, whole process; FILE is %s\n\n' "$(basename "$export_file")"
  awk "$scuba_awk"'
    BEGIN {
      format = "%-10s %8s %9s %9s %9s %9s %9s %10s   %s\n"
      printf format, "objects of", "number", "file MB", "best ms", "median ms", "cpu ms", "peak MB", "us/object", "goal"
    }
    {
      goal = ""
      if ($9 != "") goal = sprintf("%s ms %s", thousands($9), time_met)
      if ($10 != "") goal = goal sprintf(", %s MB %s", $10, memory_met)
      printf format, ($2 == "" ? "(as it is)" : $1), thousands($2), sprintf("%.2f", $3 / 1e6), sprintf("%.1f", $5), sprintf("%.1f", $6),
        sprintf("%.1f", $7), sprintf("%.1f", $8), each, goal
    }
    END {
      printf "\n%s\n", missed ? "A goal is missed." : "All goals are met."
      exit missed
    }' <<<"$lines"
}

# --- micro -----------------------------------------------------------------------------------------------------------

micro() {
  find_export
  local options=() file
  file=$(large policies 10000) || return
  [ "$json" = no ] || options=(--benchmark_format=json)
  "$build/bench/bench-micro" "$export_file" "$file" "${options[@]}"
}

# ---------------------------------------------------------------------------------------------------------------------

json=no
names=()
for argument in "$@"; do
  case $argument in
    --json) json=yes ;;
    scuba | micro) names+=("$argument") ;;
    *) die "there is no benchmark \`$argument\` (scuba, micro)" 2 ;;
  esac
done
[ "${#names[@]}" -gt 0 ] || names=(scuba micro)
for program in "$build/assay" "$measure" "$generator" "$build/bench/bench-micro"; do
  [ -x "$program" ] || die "$program is not built (./dev bench builds it)"
done

run() {
  case $1 in
    scuba) scuba ;;
    micro) micro ;;
  esac
}

# Several results make one JSON object, each under its name.
status=0
separator='{'
for name in "${names[@]}"; do
  if [ "${#names[@]}" -gt 1 ]; then
    if [ "$json" = yes ]; then printf '%s"%s":' "$separator" "$name"; else printf '\n== %s\n' "$name"; fi
    separator=','
  fi
  run "$name" || status=1
done
[ "$json" = no ] || [ "${#names[@]}" -eq 1 ] || printf '}\n'
exit "$status"
