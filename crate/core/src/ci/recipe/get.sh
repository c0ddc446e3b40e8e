# Fetches the program: where it cannot be fetched or its checksum is wrong, it is not run, and the image is built.
repin_fetch() {
  # A redirect takes headers along, so this has no token.
  wget -q -T 60 -O "$1" "$REPIN_URL" 2>/dev/null && return 0
  case "$REPIN_URL" in "${CI_API_V4_URL:-none}"/*) ;; *) return 1 ;; esac
  case "$REPIN_URL" in https://*) ;; *) return 1 ;; esac
  command -v curl >/dev/null || apk add -q --no-cache curl >/dev/null 2>&1 || return 1
  # The token comes by standard input, as arguments can be seen, and goes to GitLab alone.
  repin_to=$(printf 'header = "JOB-TOKEN: %s"\n' "$CI_JOB_TOKEN" | curl -sSf -m 60 -K - -o "$1" -w '%{redirect_url}' "$REPIN_URL") || return 1
  [ -z "$repin_to" ] || wget -q -T 60 -O "$1" "$repin_to"
}
repin_get() {
  if [ -z "${REPIN_URL:-}" ] || [ -z "${REPIN_SHA256:-}" ]; then
    echo "repin: REPIN_URL or REPIN_SHA256 is not set: the image is built" >&2
    return 1
  fi
  if ! repin_fetch "$repin_dir/repin"; then
    echo "repin: the program cannot be fetched from REPIN_URL: the image is built" >&2
    return 1
  fi
  if ! printf '%s  %s\n' "$REPIN_SHA256" "$repin_dir/repin" | sha256sum -c - >/dev/null 2>&1; then
    echo "repin: what REPIN_URL gave has not the checksum REPIN_SHA256: it is not run, and the image is built" >&2
    rm -f "$repin_dir/repin"
    return 1
  fi
  chmod +x "$repin_dir/repin"
}
