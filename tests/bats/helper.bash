# helper.bash - shared setup; every .bats file starts with `load helper'
#
# Each test runs in a work folder of its own, $BATS_TEST_TMPDIR; reports belong
# there under relative names.  What must hold on every interpreter is rather a
# program of tests/matrix; each_python is for the few that need the shell.

: "${LEAKSHIM:?run this with make check TESTS=... in the build folder}"
: "${LEAKSHIM_SO:?}" "${FIXTURES:?}" "${PYTHONS:?}" "${TOP_SRCDIR:?}"
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	# shellcheck disable=SC2034
	PYTHON=$(first_python)
	[[ -n $PYTHON ]] || skip "no Python 3 of this machine (LEAKSHIM_PYTHONS?)"
}

# The file of an interpreter of this machine, for tests where any will do.
first_python() {
	awk '$1 != "SKIP" && $3 ~ /^\// && $2 !~ /^2/ { print $3; exit }' "$PYTHONS"
}

# leakshim_run OPTION... -- FIXTURE.py ARGUMENT...
# `leakshim run' on a fixture.  Sets $status, $output and $stderr.
leakshim_run() {
	local options=()
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	[[ -e $2 ]] || cp "$FIXTURES/$2" .
	shift
	run --separate-stderr "$LEAKSHIM" run "${options[@]}" -- "$PYTHON" "$@"
}

# leaks N FILE [OPTIONS]: the report of a program with N findings.
leaks() {
	[[ -e fifty.py ]] || cp "$FIXTURES/fifty.py" .
	env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS="format=json:log_path=$2${3:+:$3}" \
		"$PYTHON" fifty.py "$1"
}

# preload COMMAND...: any program under the shim; sets what run sets.
preload() {
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" "$@"
}

# py_run NAME ARGUMENT...: one of tests/pythons; sets what run sets.
py_run() {
	run --separate-stderr "$TOP_SRCDIR/tests/run-python" "$@"
}

# each_python FUNCTION: FUNCTION NAME for each interpreter, in an empty folder;
# says under which ones it failed, and fails then.
each_python() {
	local name status failed=
	while read -r name _; do
		[[ $name != SKIP ]] || continue
		mkdir "$BATS_TEST_TMPDIR/$name"
		# Not in a condition: the shell would ignore -e inside.
		set +e
		(
			set -e
			cd "$BATS_TEST_TMPDIR/$name"
			"$1" "$name"
		)
		status=$?
		set -e
		((status == 0)) || failed+=" $name"
	done <"$PYTHONS"
	[[ -z $failed ]] || {
		echo "$1 failed under:$failed"
		return 1
	}
}

# assert_json FILE FILTER: jq's filter must yield true on the file.
assert_json() {
	jq -e "$2" "$1" >/dev/null || {
		echo "false in $1: $2"
		cat "$1"
		return 1
	}
}
