# leakshim diff: new, grown, known, fixed.
load helper

difference() {
	run --separate-stderr "$LEAKSHIM" diff "$@"
	echo "$*: $status $stderr"
}

@test "new, known and fixed" {
	leaks 2 old.json
	leaks 3 new.json
	difference --fail_on=unreachable old.json new.json
	[ "$status" -eq 23 ]
	[ "${lines[0]}" = "==leakshim== 1 new, 0 grown, 2 known, 0 fixed" ]
	[[ $output == *"__main__.K02  refcount"* ]]
	[[ $output != *K00* ]]
	difference --fail_on=unreachable new.json old.json
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "==leakshim== 0 new, 0 grown, 2 known, 1 fixed" ]
	[[ ${lines[1]} == "fixed: UNREACHABLE "*"fifty.py:"*" [unreachable-"* ]]
	[ "${#lines[@]}" -eq 2 ]
	difference --fail_on=unreachable old.json old.json
	[ "$status" -eq 0 ]
	[ "$output" = "==leakshim== 0 new, 0 grown, 2 known, 0 fixed" ]
}

@test "a new finding that does not fail is not a failure" {
	leaks 1 old.json
	leaks 2 new.json
	difference old.json new.json
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "==leakshim== 1 new, 0 grown, 1 known, 0 fixed" ]
}

@test "grown: with more islands or objects, and no failure by itself" {
	leaks 2 old.json
	jq '.findings[0].count += 5 | .findings[0].objects += 10
	    | .summary.unreachable.objects += 10' old.json >new.json
	difference --fail_on=unreachable old.json new.json
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "==leakshim== 0 new, 1 grown, 1 known, 0 fixed" ]
	[[ ${lines[1]} == "grown: UNREACHABLE "*" objects ("*" -> 1"*" objects ("* ]]
	difference --fail_on=unreachable new.json old.json
	[ "${lines[0]}" = "==leakshim== 0 new, 0 grown, 2 known, 0 fixed" ]
}

@test "the same as JSON" {
	leaks 2 old.json
	leaks 3 both.json
	jq '.findings[0].objects += 1 | .summary.unreachable.objects += 1
	    | del(.findings[1])' both.json >new.json
	difference --fail_on=unreachable --format=json old.json new.json
	[ "$status" -eq 23 ]
	echo "$output" >d.json
	assert_json d.json '.schema == "leakshim.diff/1"'
	assert_json d.json '(.summary | [.new, .grown, .known, .fixed]) == [1, 1, 0, 1]'
	assert_json d.json '(.new | length) == 1 and (.fixed | length) == 1'
	assert_json d.json '.grown[0].before.objects + 1 == .grown[0].after.objects'
	assert_json d.json '.new[0].types[0].name == "__main__.K02"'
}

@test "a baseline can be the old side, directories both" {
	leaks 2 old.json
	"$LEAKSHIM" gate --fail_on=unreachable --write_baseline=base.json \
		old.json
	mkdir new
	leaks 2 new/a.json
	leaks 3 new/b.json
	difference --fail_on=unreachable base.json new
	[ "$status" -eq 23 ]
	# Two processes have it: more of it than one had.
	[ "${lines[0]}" = "==leakshim== 1 new, 2 grown, 0 known, 0 fixed" ]
}

@test "rules: what they match is neither new nor fixed" {
	leaks 1 old.json
	leaks 2 new.json
	printf 'type:K\n' >my.supp
	difference --fail_on=unreachable --suppressions=my.supp old.json new.json
	[ "$status" -eq 0 ]
	[ "$output" = "==leakshim== 0 new, 0 grown, 0 known, 0 fixed" ]
}

@test "wrong usage is 2, wrong input 4, one line each" {
	leaks 1 one.json
	local words
	for words in "" one.json "one.json one.json one.json" \
		"--format=html one.json one.json" "--x one.json one.json"; do
		# A list of words.
		# shellcheck disable=SC2086
		difference $words
		[ "$status" -eq 2 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	for words in "one.json missing" "missing one.json" "fifty.py one.json"; do
		# shellcheck disable=SC2086
		difference $words
		[ "$status" -eq 4 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}
