# Fetches the program: where it cannot be fetched or its checksum is wrong, it is not run, and the image is built.
# Asks an address for a file, by what this image has. Headers would go along with a redirect, so there is no token here.
repin_public() {
  if command -v curl >/dev/null && curl -sSfL -m 60 -o "$1" "$2"; then return 0; fi
  if ! command -v wget >/dev/null; then
    command -v curl >/dev/null || echo "neither curl nor wget is here" >&2
    return 1
  fi
  # GNU's tries twenty times if it may; busybox's knows no such options, and not always one for time.
  repin_wget="wget -q"
  if wget --version >/dev/null 2>&1; then repin_wget="wget -nv -t 1 -T 50"; fi
  if timeout 1 true 2>/dev/null; then repin_wget="timeout 60 $repin_wget"; fi
  $repin_wget -O "$1" "$2" && return 0
  case $? in 124 | 143) echo "wget: not done within 60 seconds" >&2 ;; esac
  return 1
}
repin_fetch() {
  repin_public "$1" "$REPIN_URL" && return 0
  case "$REPIN_URL" in "${CI_API_V4_URL:-none}"/*) ;; *) return 1 ;; esac
  case "$REPIN_URL" in https://*) ;; *) echo "the job's token is not sent without encryption" >&2 && return 1 ;; esac
  # wget would show the token in its arguments, and busybox's checks no certificate.
  if ! command -v curl >/dev/null && ! { command -v apk >/dev/null && apk add -q --no-cache curl; }; then
    echo "a package that is not public needs curl in the job's image" >&2
    return 1
  fi
  repin_to=$(printf 'header = "JOB-TOKEN: %s"\n' "$CI_JOB_TOKEN" | curl -sSf -m 60 -K - -o "$1" -w '%{redirect_url}' "$REPIN_URL") || return 1
  [ -z "$repin_to" ] || repin_public "$1" "$repin_to"
}
repin_get() {
  if [ -z "${REPIN_URL:-}" ] || [ -z "${REPIN_SHA256:-}" ]; then
    echo "repin: REPIN_URL or REPIN_SHA256 is not set: the image is built" >&2
    return 1
  fi
  if ! repin_fetch "$repin_dir/repin" 2>"$repin_dir/said"; then
    echo "repin: the program cannot be fetched from REPIN_URL: the image is built" >&2
    # Why, without what only an address or a header could tell.
    sed -e '/^ *$/d; /[Jj][Oo][Bb]-[Tt][Oo][Kk][Ee][Nn]/d; s#://[^ /]*@#://#g; s#\(://[^ /?]*\)[^ ]*#\1/...#g' "$repin_dir/said" |
      tr -d '\000-\010\013-\037\177' | tail -n 3 | cut -c1-300 | sed 's/^/repin: /' >&2
    return 1
  fi
  if ! printf '%s  %s\n' "$REPIN_SHA256" "$repin_dir/repin" | sha256sum -c - >/dev/null 2>&1; then
    echo "repin: what REPIN_URL gave has not the checksum REPIN_SHA256: it is not run, and the image is built" >&2
    rm -f "$repin_dir/repin"
    return 1
  fi
  chmod +x "$repin_dir/repin"
}
