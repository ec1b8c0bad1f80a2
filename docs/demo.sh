#!/bin/sh
# The main job on the sample vault, in a temporary place, and what came of it. Called by `make demo`.
set -eu
vault_sync=$1
place=$(mktemp -d "${TMPDIR:-/tmp}/vault-sync-demo.XXXXXX")
trap 'rm -rf "$place"' EXIT
VAULT_SYNC_STATE_DIR="$place/state"
export VAULT_SYNC_STATE_DIR
vault="$place/vault"
digest="digests/2023년 8월 3주차.md"

show() {
    printf '\n\033[1m$ %s\033[0m\n' "$*"
    "$@"
}
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

"$vault_sync" init --demo "$vault" >/dev/null
cd "$vault"
cp "$digest" "$place/before.md"
printf 'A digest of %s lines, one note of the reader'"'"'s own, and no network:\n' "$(wc -l <"$digest" | tr -d ' ')"
PATH="$(dirname "$vault_sync"):$PATH"
show vault-sync rebuild --offline
printf '\n$ find . -name "*.md" | sort\n'
find . -name '*.md' -not -path './.*' | LC_ALL=C sort
show cat "papers/230814 OctoPack.md"
printf '\n$ diff before after   # the digest: titles became links, nothing else changed\n'
diff "$place/before.md" "$digest" | cut -c1-100 | sed -n '1,6p' || true
printf '...\n'
printf '\n$ vault-sync export DIGEST   # without the links, it is the file it was, byte for byte\n'
vault-sync export "$digest" | cmp - "$place/before.md" && printf 'the same\n'
show vault-sync rebuild --offline
show vault-sync check
printf 'exit code 0: in line\n'
show vault-sync why "papers/230814 OctoPack.md"
show vault-sync views
printf '\n$ head Papers.base   # tables for Obsidian, yours from now on\n'
sed -n '1,8p' Papers.base
printf '...\n'
show vault-sync stats
