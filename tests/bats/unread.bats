# Files that cannot be read beside others: those are judged all the same.
load helper
load helper

# One good report and one that is torn.
prepare() {
	mkdir all
	leaks 1 all/one.json
	head -c 1500 all/one.json >all/torn.json
}

gate() {
	run --separate-stderr "$LEAKSHIM" gate "$@"
	echo "$status: $output $stderr"
}

@test "gate: one line, the others are judged, and 4 at the end" {
	prepare
	gate --fail_on=unreachable all
	[ "$status" -eq 4 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *torn.json* ]]
	[[ $output == *UNREACHABLE* ]]
	[[ $output == *"some files could not be read"*"gate: FAILED: "* ]]
	gate --fail_on=none all
	[ "$status" -eq 4 ]
	[[ $output == *"gate: passed: "* ]]
	rm all/torn.json
	gate --fail_on=unreachable all
	[ "$status" -eq 23 ]
	[ -z "$stderr" ]
	[[ $output != *"could not be read"* ]]
}

@test "gate: no baseline is made of a part" {
	prepare
	gate --fail_on=unreachable --write_baseline=base.json all
	[ "$status" -eq 4 ]
	[ ! -e base.json ]
	[ "${#stderr_lines[@]}" -eq 2 ]
	rm all/torn.json
	gate --fail_on=unreachable --write_baseline=base.json all
	[ "$status" -eq 0 ]
	[ -s base.json ]
}

@test "diff: what could be read is compared; nothing is nothing" {
	prepare
	run --separate-stderr "$LEAKSHIM" diff all/one.json all
	[ "$status" -eq 4 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ ${lines[0]} == "==leakshim== 0 new, 0 grown, "*" known, 0 fixed" ]]
	run --separate-stderr "$LEAKSHIM" diff all/torn.json all/one.json
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}
