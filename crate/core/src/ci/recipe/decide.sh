REPIN_BUILD=1
if repin_get; then
  PATH="$repin_dir:$PATH"
  if repin build-needed@OTHERS@ --dotenv "$repin_dir/repin.env" >/dev/null && [ -f "$repin_dir/repin.env" ]; then
    . "$repin_dir/repin.env"
  fi
fi
if [ "$REPIN_BUILD" = 0 ] && [ "${REPIN_REBUILD:-0}" != 1 ] &&
  repin retag --commit "$CI_COMMIT_SHA"@TAGS@; then
  echo "repin: no build, $REPIN_SOURCE is right"
else
  (build_image)
fi
