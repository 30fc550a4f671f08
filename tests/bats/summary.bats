# The closing lines of scripts/check: what was skipped and failed, and why.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir -p some/build/tests
	cat >some/build/tests/test_one.trs <<-'END'
		:global-test-result: FAIL
		:recheck: yes
		:copy-in-global-log: yes
		:test-result: PASS
		:test-result: SKIP
		:test-result: FAIL
		:test-result: ERROR
	END
	cat >some/build/tests/test_one.log <<-'END'
		ok 1 - the first # SKIP is not what this line is for
		PASS: tests/test_one 1 - the first
		SKIP: tests/test_one 2 - the second # SKIP no such interpreter
		SKIP: tests/test_one 3 - pyenv-3.8.18: the fifth # SKIP no hooks
		SKIP: tests/test_one 4 - path-3.11-dbg: the fifth # SKIP no hooks
		# not of a failure
		not ok 5 - the third
		FAIL: tests/test_one 5 - the third
		#   File "test_one", line 7
		# AssertionError: 2, not 3
		ok 6 - the fourth
		PASS: tests/test_one 6 - the fourth
		# not of one either
		ERROR: tests/test_one - exited with status 1
	END
	printf ':test-result: FAIL\n' >some/build/tests/test_two.trs
	printf ':test-result: PASS\n' >some/build/tests/test_three.trs
}

summary_of() {
	# shellcheck disable=SC2016
	run sh -c 'tests_status=$2; . "$0/scripts/lib.sh"; summary "$1"' \
		"$TOP_SRCDIR" "$BATS_FILE_TMPDIR/$1" "$2"
	echo "$output"
}

@test "a skip names its reason, a failure its test" {
	summary_of some/build 1
	[ "$status" -eq 1 ]
	[[ $output == *"SKIP: tests/test_one the second # SKIP no such interpreter"* ]]
	[[ $output == *"FAIL: tests/test_one 5 - the third"* ]]
	[[ $output == *"ERROR: tests/test_one"* ]]
	[[ $output == *"FAIL: tests/test_two"* ]]
	[[ $output != *"the first"* ]]
}

@test "what a failed test said comes first" {
	summary_of some/build 1
	[ "${lines[0]}" = "FAIL: tests/test_one 5 - the third" ]
	[ "${lines[1]}" = '#   File "test_one", line 7' ]
	[ "${lines[2]}" = "# AssertionError: 2, not 3" ]
	[ "${lines[3]}" = "ERROR: tests/test_one - exited with status 1" ]
	[[ $output != *"not of"* ]]
}

@test "a reason that many interpreters have is one line" {
	summary_of some/build 1
	[[ $output == *"SKIP: tests/test_one the fifth # SKIP no hooks (pyenv-3.8.18 path-3.11-dbg)"* ]]
	[ "$(grep -c 'the fifth' <<<"$output")" -eq 1 ]
}

@test "the last line counts, a program's own end not twice" {
	summary_of some/build 1
	[ "${lines[-1]}" = "2 passed, 2 failed, 1 skipped" ]
}

@test "when make fails and no test does, that is the failure" {
	mkdir -p "$BATS_FILE_TMPDIR/good/build"
	cp "$BATS_FILE_TMPDIR/some/build/tests/test_three.trs" \
		"$BATS_FILE_TMPDIR/good/build"
	summary_of good/build 0
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 skipped" ]
	summary_of good/build 2
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
}
