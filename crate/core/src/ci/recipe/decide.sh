# Gives the right image the tags that a build would push.
repin_retag() {
  # For how long it is right is not known here, and a tag would say for ever.
  [ "${REPIN_RETAG:-0}" = 1 ] || return 0
  repin retag --commit "$CI_COMMIT_SHA" ${REPIN_TAG:+--tag "$REPIN_TAG"}@TAGS@ || return 1
  [ -z "$REPIN_OWN" ] || REPIN_IMAGE=$REPIN_OWN
}
REPIN_BUILD=1
if repin_get; then
  PATH="$repin_dir:$PATH"
  if repin build-needed@OTHERS@ --dotenv "$repin_dir/repin.env" >/dev/null && [ -f "$repin_dir/repin.env" ]; then
    . "$repin_dir/repin.env"
  fi
fi
if [ "$REPIN_BUILD" = 0 ] && [ "${REPIN_REBUILD:-0}" != 1 ] && repin_retag; then
  echo "repin: no build, $REPIN_SOURCE is right"
else
  set +e
  (
    set -e
    build_image
  )
  repin_status=$?
  set -e
  [ "$repin_status" = 0 ] || exit "$repin_status"
  REPIN_BUILD=1 REPIN_SOURCE='' REPIN_IMAGE=${REPIN_OWN:-}
fi
# Only now: before the build it would be part of the context.
if [ -f "$repin_dir/repin.env" ]; then
  {
    printf 'REPIN_BUILD=%s\nREPIN_IMAGE=%s\nREPIN_TAG=%s\n' "$REPIN_BUILD" "$REPIN_IMAGE" "$REPIN_TAG"
    printf 'REPIN_SOURCE=%s\nREPIN_OTHERS=%s\n' "$REPIN_SOURCE" "$REPIN_OTHERS"
  } >"$CI_PROJECT_DIR/repin.env"
fi
