# Builds further commits that no job was run for, each in a checkout of its own. None of them fails this job. Each is written
# down before it begins: what cannot be built is not tried again with every push.
repin_others() {
  for repin_commit in $(echo "$REPIN_OTHERS" | tr , ' '); do
    command -v git >/dev/null || apk add -q --no-cache git >/dev/null 2>&1 || return 0
    repin_tree=$repin_dir/$repin_commit
    git -c safe.directory='*' worktree add --force --detach "$repin_tree" "$repin_commit" >/dev/null 2>&1 || continue
    set +e
    (
      set -e
      repin attempt --commit "$repin_commit"
      cd "$repin_tree"
      CI_COMMIT_SHA=$repin_commit
      CI_COMMIT_SHORT_SHA=$(printf %.8s "$repin_commit")
      CI_PROJECT_DIR=$repin_tree
      export CI_COMMIT_SHA CI_COMMIT_SHORT_SHA CI_PROJECT_DIR
      "$@"
    )
    repin_status=$?
    set -e
    git -c safe.directory='*' worktree remove --force "$repin_tree" >/dev/null 2>&1 || true
    [ "$repin_status" = 0 ] || echo "repin: the image of $repin_commit was not built: a later pipeline tries it again" >&2
  done
}
