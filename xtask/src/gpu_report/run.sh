#!/usr/bin/env bash
# Tests and measures Loquat's GPU backend on the best adapter of this machine, and writes one file. Needs only this
# folder and a Vulkan driver: it was built elsewhere by `cargo xtask gpu-report --bundle`.
#
#   ./run.sh [FILE]        about ten minutes; with QUICK=1 one small model and few tokens, for a software adapter
set -u
here="$(cd "$(dirname "$0")" && pwd)"
out="$(realpath -m "${1:-gpu-report.md}")"
cd "$here"
. ./built.sh

# The tests look for fixtures where they were built.
if [ ! -e "$BUILT_AT" ]; then
  mkdir -p "$(dirname "$BUILT_AT")" && ln -s "$here" "$BUILT_AT"
fi

if [ -n "${QUICK:-}" ]; then
  limit=170 least=30
  models="SmolLM2-135M:Q4_0"
  how="--contexts 0,256 --prefills 64 --tokens 4 --rounds 1"
else
  limit=600 least=60
  models="Llama-3.2-3B:Q4_0 Qwen2.5-0.5B:Q4_0 Qwen3-4B:Q4_0 SmolLM2-135M:Q4_0 Llama-3.2-3B:Q4_K_M Qwen2.5-1.5B:Q4_K_M Llama-3.2-1B:Q8_0"
  how="--contexts 0,1024,8192,32700 --prefills 128,512,2048 --tokens 64 --rounds 3"
fi

# Runs a command with what is left of the time; says so where nothing is.
step() {
  local left=$((limit - SECONDS))
  if [ "$left" -lt "$least" ]; then
    echo "not run: the time is over ($*)"
    return 0
  fi
  timeout "$left" "$@" 2>&1
  local status=$?
  [ "$status" -eq 0 ] || echo "exit status $status ($*)"
}

{
  echo "# GPU report"
  echo
  echo "$(date -u +%F), loquat $VERSION, $(uname -srm), $(nproc) cores"
  command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
  first=true
  for model in $models; do
    echo
    echo "## $model"
    echo
    echo '```'
    step ./loquat bench --synthetic "$model" --backend gpu $how
    echo '```'
    if $first; then
      first=false
      # Rightness comes before the other speeds.
      for test in programs/*; do
        echo
        echo "## Tests: $(basename "$test")"
        echo
        echo '```'
        step "$test" gpu --test-threads=1 | grep -E "^test result|FAILED|panicked|SKIP|exit status|not run" || true
        echo '```'
      done
    fi
  done
  echo
  echo "$SECONDS s in all"
} | tee "$out"
