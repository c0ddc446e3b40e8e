#!/bin/sh
# Stands in for docker. What it builds is a list of the files that the Dockerfile copies, each with the id of its content;
# what it pushes is written down for whoever runs the job.
set -eu
place() { printf '%s/%s' "$STANDIN" "$(printf %s "$1" | tr '/:' '__')"; }
case $1 in
build)
  shift
  tags=
  context=.
  while [ $# -gt 0 ]; do
    case $1 in
    -t | --tag) tags="$tags $2" && shift ;;
    *) context=$1 ;;
    esac
    shift
  done
  echo build >>"$STANDIN/log"
  cd "$context"
  if [ -e "$STANDIN/fails" ] || grep -q '^nowhere$' requirements.txt; then
    echo failed >>"$STANDIN/log"
    exit 1
  fi
  files=$(sed -n 's/^COPY \(.*\) [^ ]*$/\1/p' Dockerfile)
  # shellcheck disable=SC2086
  content=$(find Dockerfile $files -type f | LC_ALL=C sort | while read -r file; do
    echo "$(git hash-object --no-filters "$file") $file"
  done)
  for tag in $tags; do printf '%s\n' "$content" >"$(place "$tag")"; done
  ;;
push)
  if [ -e "$STANDIN/is-canceled" ]; then
    echo canceled >>"$STANDIN/log"
    exit 143
  fi
  echo "push $2 $(sha256sum <"$(place "$2")" | cut -d' ' -f1)" >>"$STANDIN/log"
  ;;
esac
