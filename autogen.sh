#!/bin/sh
# autogen.sh - make `configure' in a fresh clone
cd "$(dirname "$0")" || exit 1
for tool in autoconf automake libtoolize; do
	command -v $tool >/dev/null 2>&1 && continue
	echo "autogen.sh: $tool is missing; scripts/quickstart installs it" >&2
	exit 1
done
exec autoreconf --install
