#!/bin/sh
# run.sh SCRIPT: a test in Node. It ends with 77, which CTest counts as skipped, when what it needs is not there.
command -v node >/dev/null || {
  echo "skipped: there is no Node on this machine (./dev setup installs it)"
  exit 77
}
exec node "$@"
