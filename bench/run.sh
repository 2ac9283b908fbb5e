#!/usr/bin/env bash
# Runs the benchmarks on programs that are built already; `./dev bench` builds them first and calls this.
#
#   bench/run.sh [NAME…] [--json]
#
#   scuba   a ScubaGear export from file to all SCuBA verdicts, whole process: as it is, and with 1,000, 10,000 and
#           100,000 Conditional Access policies, privileged users and mail domains
#   micro   what the stages cost by themselves
#   collect a live tenant, simulated: 100,000 users under the published limits, in simulated time; the same over TLS
#           without limits; 1,000 tenants of 50 users beside each other
#   assess  all controls on a collected tenant of 300 to 1,000,000 users, from its pages on disk
#
# Without a NAME all of them. Exits with 1 when a goal is missed.
#
#   ASSAY_BUILD=FOLDER    where the programs are (build/release)
#   ASSAY_BENCH_USERS=N   users of the large tenant (100000)
#   ASSAY_BENCH_TENANTS=N tenants beside each other (1000)
#   ASSAY_BENCH_SIZES=…   users of the tenants that are judged (300 10000 100000 1000000)

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

# --- collect ---------------------------------------------------------------------------------------------------------

# field NAME JSON: the value of a plain field in one line of JSON.
field() {
  local pattern="\"$1\":(\"[^\"]*\"|[^,}]*)"
  [[ $2 =~ $pattern ]] || die "there is no $1 in \`$2\`" 70
  printf '%s\n' "${BASH_REMATCH[1]//\"/}"
}

# simulate FOLDER OPTIONS…: starts the simulated tenant, leaves its process in $simulator and its first line's words in
# $ready. The client of the bench gets the first processor, the simulator the second, where there are two.
simulate() {
  local folder=$1
  shift
  rm -rf "$folder"
  mkdir -p "$folder"
  coproc simulator_process { exec taskset -c "$(($(nproc) > 1 ? 1 : 0))" "$build/assay-sim" --listen 127.0.0.1:0 --state "$folder/simulator" "$@"; }
  simulator=$simulator_process_PID
  # shellcheck disable=SC2064
  trap "kill $simulator 2>/dev/null || true" EXIT
  read -r -t 300 ready <&"${simulator_process[0]}" || die "the simulated tenant did not start" 70
  # ready: https://127.0.0.1:PORT dns 127.0.0.1:PORT state FOLDER tenant ID DOMAIN client ID …
  read -ra ready <<<"$ready"
}

# Ends it; its processor time in seconds is in $simulator_cpu.
end_simulation() {
  local fields
  read -ra fields <"/proc/$simulator/stat"
  simulator_cpu=$(awk -v ticks=$((fields[13] + fields[14])) -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.1f", ticks / hz }')
  kill "$simulator" 2>/dev/null || true
  wait "$simulator" 2>/dev/null || true
  trap - EXIT
}

# configuration TENANT CLIENT SIMULATOR-FOLDER
configuration() {
  cat <<EOT
tenant: $1
client: $2
certificate: $3/client.pem
ca_file: $3/ca.pem
connect_to: ${ready[1]#https://}
resolvers: ${ready[3]}
limits: none
EOT
}

# A line for each part: NAME|fields. Limits: users, seconds, bound, ratio, binding limit, requests, throttled, latency.
collect_limits() {
  local line
  say "measuring: $users users under the published limits, in simulated time"
  line=$("$build/bench/bench-collect" --users "$users") || die "bench-collect failed"
  printf 'limits|%s|%s|%s|%s|%s|%s|%s|%s\n' "$users" "$(field seconds "$line")" "$(field bound "$line")" \
    "$(field ratio "$line")" "$(field binds "$line")" "$(field asked "$line")" "$(field throttled "$line")" \
    "$(field latency_ms "$line")"
}

# Sockets: users, seconds, processor seconds of the client, of the simulator, peak MB, rows, requests, MB of snapshot.
collect_sockets() {
  local folder=$data/collect line out
  say "measuring: $users users over TLS, without limits"
  simulate "$folder" --users "$users" --seed 1
  configuration "${ready[8]}" "${ready[10]}" simulator >"$folder/tenant.yaml"
  line=$(taskset -c 0 "$measure" --output "$folder/out.json" -- "$build/assay" collect --config "$folder/tenant.yaml" \
    --snapshot "$folder/tenant.assay" -o json) || die "the collection failed"
  end_simulation
  out=$(tr -d '\n ' <"$folder/out.json")
  [[ $out =~ \"requests\":([0-9]+),\"bytes\" ]] || die "the result has no requests" 70
  local requests=${BASH_REMATCH[1]} rows
  rows=$(grep -o '"rows":[0-9]*,"requests"' <<<"$out" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n }')
  printf 'sockets|%s|%s|%s|%s|%s|%s|%s|%s\n' "$users" "$(field best_ms "$line")" "$(field cpu_ms "$line")" \
    "$simulator_cpu" "$(field peak_mb "$line")" "$rows" "$requests" "$(stat -c %s "$folder/tenant.assay")"
  rm -rf "$folder"
}

# Tenants: number, seconds, processor seconds of the client, of the simulator, peak MB, failed.
collect_tenants() {
  local folder=$data/collect line id domain client failed
  say "measuring: $tenants tenants of 50 users over TLS, without limits"
  simulate "$folder" --tenants "$tenants" --users 50 --seed 1
  mkdir -p "$folder/tenants"
  while IFS=$'\t' read -r id domain client; do
    configuration "$id" "$client" ../simulator >"$folder/tenants/${domain%%.*}.yaml"
  done <"$folder/simulator/tenants.tsv"
  line=$(taskset -c 0 "$measure" --output "$folder/out.json" -- "$build/assay" collect --configs "$folder/tenants" \
    --to "$folder/snapshots" -o json) || die "the collections failed"
  end_simulation
  failed=$(grep -o '"failed": [0-9]*' "$folder/out.json")
  printf 'tenants|%s|%s|%s|%s|%s|%s\n' "$tenants" "$(field best_ms "$line")" "$(field cpu_ms "$line")" \
    "$simulator_cpu" "$(field peak_mb "$line")" "${failed##* }"
  rm -rf "$folder"
}

# shellcheck disable=SC2016
collect_awk='
  BEGIN { FS = "|" }
  function thousands(n,   out) {
    while (length(n) > 3) { out = "," substr(n, length(n) - 2) out; n = substr(n, 1, length(n) - 3) }
    return n out
  }
  function met(holds) { if (!holds) missed = 1; return holds ? "met" : "missed" }
'

collect() {
  local lines
  lines=$(collect_limits && collect_sockets && collect_tenants) || return
  if [ "$json" = yes ]; then
    awk "$collect_awk"'
      $1 == "limits" { printf "{\"limits\":{\"users\":%s,\"seconds\":%s,\"bound\":%s,\"ratio\":%s,\"binds\":\"%s\",\"requests\":%s,\"throttled\":%s,\"latency_ms\":%s,\"goal_ratio\":1.1,\"met\":%s}", $2, $3, $4, $5, $6, $7, $8, $9, met($5 <= 1.1) == "met" ? "true" : "false" }
      $1 == "sockets" { printf ",\"sockets\":{\"users\":%s,\"ms\":%s,\"cpu_ms\":%s,\"simulator_cpu_s\":%s,\"peak_mb\":%s,\"rows\":%s,\"requests\":%s,\"bytes\":%s,\"goal_mb\":200,\"met\":%s}", $2, $3, $4, $5, $6, $7, $8, $9, met($6 <= 200) == "met" ? "true" : "false" }
      $1 == "tenants" { printf ",\"tenants\":{\"number\":%s,\"ms\":%s,\"cpu_ms\":%s,\"simulator_cpu_s\":%s,\"peak_mb\":%s,\"failed\":%s,\"met\":%s}", $2, $3, $4, $5, $6, $7, met($7 == 0) == "met" ? "true" : "false" }
      END { printf ",\"met\":%s}\n", missed ? "false" : "true"; exit missed }' <<<"$lines"
    return
  fi
  awk "$collect_awk"'
    $1 == "limits" {
      printf "%s users under the published limits, simulated time, %s ms for each answer\n\n", thousands($2), $9
      printf "  bound     %8.1f s   no window holds more than it may; the slowest limit: %s\n", $4, $6
      printf "  collected %8.1f s   %s requests, %s refused for their number\n", $3, thousands($7), thousands($8)
      printf "  ratio     %8.3f     goal 1.1 %s\n\n", $5, met($5 <= 1.1)
    }
    $1 == "sockets" {
      printf "%s users over TLS, no limits, client and simulator on a processor each\n\n", thousands($2)
      printf "  %s rows in %.1f s: %s rows a second; %s requests, a snapshot of %.0f MB\n", thousands($7), $3 / 1e3, thousands(int($7 / $3 * 1e3)), thousands($8), $9 / 1e6
      printf "  processor  %8.1f s   client, %.1f s simulator\n", $4 / 1e3, $5
      printf "  peak       %8.1f MB  goal 200 MB %s\n\n", $6, met($6 <= 200)
    }
    $1 == "tenants" {
      printf "%s tenants of 50 users in one process on one processor, over TLS, no limits\n\n", thousands($2)
      printf "  %.1f s: %.1f tenants a second; %s failed: goal 0 %s\n", $3 / 1e3, $2 / $3 * 1e3, $7, met($7 == 0)
      printf "  processor  %8.1f s   client (%.1f tenants a second of its own), %.1f s simulator\n", $4 / 1e3, $2 / $4 * 1e3, $5
      printf "  peak       %8.1f MB\n", $6
    }
    END {
      printf "\n%s\n", missed ? "A goal is missed." : "All goals are met."
      exit missed
    }' <<<"$lines"
}

# --- assess ----------------------------------------------------------------------------------------------------------

# tenant N: the snapshot of a simulated tenant of N users, collected unless a former run has left it.
tenant() {
  local n=$1 file=$data/tenant-$1.assay
  if [ ! -e "$file" ] || [ "$file" -ot "$build/bench/bench-collect" ]; then
    mkdir -p "$data"
    say "collecting a simulated tenant of $n users"
    "$build/bench/bench-collect" --users "$n" --unlimited --keep "$file.new" >"$data/tenant-$n.json" ||
      die "the tenant could not be collected"
    mv "$file.new" "$file"
  fi
  printf '%s\n' "$file"
}

# One line of JSON for each size.
assess_cases() {
  local n file
  for n in $sizes; do
    file=$(tenant "$n") || return
    say "measuring: $n users"
    "$build/bench/bench-assess" "$file" || die "bench-assess failed"
  done
}

assess() {
  local lines line all=()
  lines=$(assess_cases) || return
  # users bytes open unpack parse derive judge score whole ratio each tables peak
  while read -r line; do
    local fields=() name
    for name in users bytes open unpack parse derive judge score whole ratio microseconds_per_user tables peak_mb; do
      fields+=("$(field "$name" "$line")")
    done
    all+=("${fields[*]}")
  done <<<"$lines"
  # shellcheck disable=SC2016
  printf '%s\n' "${all[@]}" | awk -v json="$json" '
    function met(holds) { if (!holds) missed = 1; return holds ? "met" : "missed" }
    BEGIN {
      if (json == "yes") printf "{\"sizes\":["
      else {
        print "every control on a collected tenant, its tables made anew from the pages on disk; seconds for each stage\n"
        printf "%9s %8s %7s %7s %7s %7s %7s %7s %7s %6s %8s %8s %8s  %s\n", "users", "MB", "open", "unpack", "parse", "derive", "judge", "score", "whole", "ratio", "us/user", "tables", "peak MB", "goal"
      }
    }
    {
      goal = ""
      if ($1 >= 900000) goal = sprintf("25 s %s, 1,500 MB %s, ratio 3 %s", met($9 <= 25), met($13 <= 1500), met($10 <= 3))
      if ($1 < 1000) goal = sprintf("200 a second %s (%.0f)", met($12 * 200 <= 1), 1 / $12)
      if (json == "yes") printf "%s{\"users\":%s,\"bytes\":%s,\"open\":%s,\"unpack\":%s,\"parse\":%s,\"derive\":%s,\"judge\":%s,\"score\":%s,\"whole\":%s,\"ratio\":%s,\"microseconds_per_user\":%s,\"tables\":%s,\"peak_mb\":%s}", (NR > 1 ? "," : ""), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
      else printf "%9d %8.1f %7.3f %7.3f %7.3f %7.3f %7.3f %7.3f %7.3f %6.1f %8.1f %8.3f %8.1f  %s\n", $1, $2 / 1e6, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, goal
    }
    END {
      if (json == "yes") printf "],\"met\":%s}\n", missed ? "false" : "true"
      else printf "\n%s\n", missed ? "A goal is missed." : "All goals are met."
      exit missed
    }'
}

# ---------------------------------------------------------------------------------------------------------------------

json=no
names=()
for argument in "$@"; do
  case $argument in
    --json) json=yes ;;
    scuba | micro | collect | assess) names+=("$argument") ;;
    *) die "there is no benchmark \`$argument\` (scuba, micro, collect, assess)" 2 ;;
  esac
done
[ "${#names[@]}" -gt 0 ] || names=(scuba micro collect assess)
users=${ASSAY_BENCH_USERS:-100000}
tenants=${ASSAY_BENCH_TENANTS:-1000}
sizes=${ASSAY_BENCH_SIZES:-300 10000 100000 1000000}
for program in "$build/assay" "$build/assay-sim" "$measure" "$generator" "$build/bench/bench-micro" "$build/bench/bench-collect" "$build/bench/bench-assess"; do
  [ -x "$program" ] || die "$program is not built (./dev bench builds it)"
done

run() {
  case $1 in
    scuba) scuba ;;
    micro) micro ;;
    collect) collect ;;
    assess) assess ;;
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
