# leakshim gate: what passes, what fails, and what a baseline is.  fifty.py N
# leaks N cycles; with fail_on=unreachable they fail.
load helper

gate() {
	run --separate-stderr "$LEAKSHIM" gate --fail_on=unreachable "$@"
	echo "$*: $status $stderr"
}

last() {
	echo "${lines[${#lines[@]} - 1]}"
}

@test "new findings fail, and none pass" {
	leaks 2 two.json
	leaks 0 none.json
	gate two.json
	[ "$status" -eq 23 ]
	[ "$(last)" = "gate: FAILED: 2 of 2 findings fail; 2 new, 0 known, 0 suppressed" ]
	gate none.json
	[ "$status" -eq 0 ]
	[ "$(last)" = "gate: passed: 0 of 0 findings fail; 0 new, 0 known, 0 suppressed" ]
	# By default garbage that a collection would free does not fail.
	run "$LEAKSHIM" gate two.json
	[ "$status" -eq 0 ]
}

@test "a baseline is made, used and refreshed" {
	leaks 2 two.json
	leaks 3 three.json
	gate --write_baseline=base.json two.json
	[ "$status" -eq 0 ]
	[ "$output" = "gate: base.json: 2 findings, 2 added, 0 removed" ]
	gate --baseline=base.json two.json
	[ "$status" -eq 0 ]
	[ "$(last)" = "gate: passed: 0 of 2 findings fail; 0 new, 2 known, 0 suppressed" ]
	gate --baseline=base.json three.json
	[ "$status" -eq 23 ]
	[[ $output == *"__main__.K02  refcount"* ]]
	[[ $output != *"__main__.K01  refcount"* ]]
	gate --baseline=base.json --write_baseline=base.json three.json
	[ "$output" = "gate: base.json: 3 findings, 1 added, 0 removed" ]
	gate --baseline=base.json three.json
	[ "$status" -eq 0 ]
	gate --baseline=base.json two.json
	[ "$status" -eq 0 ]
	[[ $output == *"gate: 1 of the baseline was not found: "* ]]
	gate --write_baseline=base.json two.json
	[ "$output" = "gate: base.json: 2 findings, 0 added, 1 removed" ]
}

@test "a baseline has nothing of a run in it" {
	leaks 3 one.json
	mkdir elsewhere
	sed 's/^gc.disable/\n\n&/' fifty.py >elsewhere/fifty.py
	(cd elsewhere && leaks 3 two.json)
	gate --write_baseline=a.json one.json
	(cd elsewhere && "$LEAKSHIM" gate --fail_on=unreachable \
		--write_baseline=b.json two.json)
	cmp a.json elsewhere/b.json
	run ! grep -q -e "$PWD" -e "$(hostname)" -e 'fifty.py",.*line": [0-9]' a.json
	assert_json a.json '.findings | map(.fingerprint) | . == sort'
	# One that has not changed is not written.
	touch -d 2001-01-01 a.json
	gate --write_baseline=a.json one.json
	[[ $output == *"(not written: nothing has changed)" ]]
	[ "$(stat -c %Y a.json)" -eq "$(date -d 2001-01-01 +%s)" ]
	# It is a report for everything that reads one.
	"$LEAKSHIM" report a.json
	assert_json a.json '.schema == "leakshim.report/1"'
}

@test "only what would fail gets into a baseline" {
	leaks 2 two.json
	run "$LEAKSHIM" gate --write_baseline=base.json two.json
	[ "$output" = "gate: base.json: 0 findings, 0 added, 0 removed" ]
	printf 'type:K00\n' >my.supp
	gate --suppressions=my.supp --write_baseline=base.json two.json
	[ "$output" = "gate: base.json: 1 finding, 1 added, 0 removed" ]
}

@test "a file that is not a baseline is not overwritten" {
	leaks 1 one.json
	gate --write_baseline=fifty.py one.json
	[ "$status" -eq 4 ]
	cmp fifty.py "$FIXTURES/fifty.py"
	gate --write_baseline=missing/base.json one.json
	[ "$status" -eq 125 ]
}

@test "unused and expired rules are named" {
	leaks 2 two.json
	printf '%s\n' 'type:K00' 'until=2001-01-31 type:K01' 'leak:nobody' \
		'until=2001-01-31 leak:nobody' >my.supp
	gate --suppressions=my.supp two.json
	[ "$status" -eq 23 ]
	[ "$(grep '^gate' <<<"$output")" = "gate: my.supp:2: expired: until=2001-01-31 type:K01
gate: my.supp:3: unused: leak:nobody
gate: my.supp:4: expired and unused: until=2001-01-31 leak:nobody
gate: FAILED: 1 of 2 findings fails; 1 new, 0 known, 1 suppressed" ]
	printf '%s\n' 'type:K00' 'until=2999-01-31 type:K01' >my.supp
	gate --suppressions=my.supp two.json
	[ "$status" -eq 0 ]
	[ "$(grep -c '^gate' <<<"$output")" -eq 1 ]
}

@test "a rule that the program itself has used is not unused" {
	printf 'type:K00\n' >my.supp
	leaks 1 one.json suppressions=my.supp
	assert_json one.json '.findings[0].state == "suppressed"'
	gate --suppressions=my.supp one.json
	[ "$status" -eq 0 ]
	[ "$(grep '^gate' <<<"$output")" = "gate: passed: 0 of 1 finding fail; 0 new, 0 known, 1 suppressed" ]
	# One table for both.
	[ "$(grep -c 'type:K00$' <<<"$output")" -eq 1 ]
	gate one.json
	[ "$status" -eq 0 ]
}

@test "a malformed line: place and reason, the rest in force, and 4" {
	leaks 1 one.json
	printf 'tpye:K00\ntype:K00\n' >my.supp
	gate --suppressions=my.supp one.json
	[ "$status" -eq 4 ]
	[[ $stderr == "leakshim: my.supp:1:1: 'tpye:K00': "*"did you mean 'type'?" ]]
	[[ $output == *"0 new, 0 known, 1 suppressed"* ]]
	leaks 2 two.json
	gate --suppressions=my.supp two.json
	[ "$status" -eq 23 ]
}

@test "--max lets so many pass" {
	leaks 3 three.json
	gate --max=unreachable:3 three.json
	[ "$status" -eq 0 ]
	gate --max=unreachable:2 three.json
	[ "$status" -eq 23 ]
	[[ $output == *"gate: unreachable: 3 new, but --max allows 2"* ]]
	[[ $(last) == "gate: FAILED: 3 of 3 findings fail;"* ]]
	# The word that says more decides, wherever it stands.
	gate --max=unreachable/gc-disabled:3 --max=unreachable:0 three.json
	[ "$status" -eq 0 ]
	gate --max=all:3 three.json
	[ "$status" -eq 0 ]
	gate --max=uncollectable:0 three.json
	[ "$status" -eq 23 ]
	gate --write_baseline=base.json three.json
	leaks 5 five.json
	gate --baseline=base.json --max=unreachable:2 five.json
	[ "$status" -eq 0 ]
	# Without --fail_on, --max alone makes a kind count.
	run "$LEAKSHIM" gate --max=unreachable:2 three.json
	[ "$status" -eq 23 ]
}

@test "files and directories are one report" {
	mkdir reports reports/deep
	leaks 1 reports/one.json
	leaks 2 reports/deep/two.json
	leaks 3 three.json
	echo text >reports/log.txt
	gate reports three.json
	[ "$status" -eq 23 ]
	[[ $(last) == "gate: FAILED: 3 of 3 findings fail;"* ]]
	[[ $output == *"3 reports"* ]]
	# What is new in one of them is new.
	gate --write_baseline=base.json reports
	gate --baseline=base.json reports
	[ "$status" -eq 0 ]
	gate --baseline=base.json reports three.json
	[ "$status" -eq 23 ]
	gate - <three.json
	[ "$status" -eq 23 ]
}

@test "wrong usage is 2, wrong input 4, one line each" {
	leaks 1 one.json
	mkdir empty
	local words
	for words in "" "--max=x:1 one.json" "--max=growth one.json" \
		"--max=growth:-1 one.json" "--fail_on=nonsense one.json" \
		"--nonsense one.json" "one.json --baseline"; do
		# A list of words.
		# shellcheck disable=SC2086
		run --separate-stderr "$LEAKSHIM" gate $words
		echo "$words: $status $stderr"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	for words in missing.json fifty.py empty "missing.json" \
		"--baseline=missing one.json" "--baseline=fifty.py one.json" \
		"--suppressions=missing one.json" "--suppressions=/ one.json"; do
		# shellcheck disable=SC2086
		run --separate-stderr "$LEAKSHIM" gate $words
		echo "$words: $status $stderr"
		[ "$status" -eq 4 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "findings that were cut are not judged, and that is said" {
	leaks 3 cut.json fail_on=unreachable:max_findings=1
	gate cut.json
	[ "$status" -eq 23 ]
	[[ $output == *"gate: 2 findings were only counted (max_findings=) and cannot be judged"* ]]
	leaks 3 all.json
	gate all.json
	[[ $output != *"only counted"* ]]
}

@test "reports without an analysis pass, and are counted with their reasons" {
	local why n=1
	leaks 0 good.json
	for why in '"too slow"' '"a crash\u001b"' '"too slow"' null; do
		jq ".coverage.missed += [{what: \"analysis\", count: null, why: $why}]" \
			good.json >"bad-$n.json"
		n=$((n + 1))
	done
	gate good.json
	[[ $output != *"no analysis"* ]]
	gate bad-1.json
	[ "$status" -eq 0 ]
	[ "$(grep '^gate' <<<"$output")" = "gate: 1 of 1 report has no analysis: too slow
gate: passed: 0 of 0 findings fail; 0 new, 0 known, 0 suppressed" ]
	gate good.json bad-4.json
	[[ $output == *$'\ngate: 1 of 2 reports has no analysis\ngate: passed: '* ]]
	gate bad-*.json good.json
	[ "$status" -eq 0 ]
	[[ $output == *$'\ngate: 4 of 5 reports have no analysis: a crash\\x1b; too slow\ngate: passed: '* ]]
	# A baseline that lacks what they would have found is worth a line, too.
	gate --write_baseline=base.json bad-1.json good.json
	[ "$status" -eq 0 ]
	[ "$output" = "gate: 1 of 2 reports has no analysis: too slow
gate: base.json: 0 findings, 0 added, 0 removed" ]
	leaks 1 one.json
	gate bad-1.json one.json
	[ "$status" -eq 23 ]
}

@test "leakshim run: rules and baseline for children in other directories" {
	cp "$FIXTURES/fifty.py" .
	mkdir other
	printf 'type:K00\n' >my.supp
	run --separate-stderr "$LEAKSHIM" run --fail_on=unreachable \
		--suppressions=my.supp -- sh -c 'cd other && exec "$@"' sh \
		"$PYTHON" ../fifty.py 1
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	run --separate-stderr "$LEAKSHIM" run --fail_on=unreachable \
		--suppressions=my.supp -- sh -c 'cd other && exec "$@"' sh \
		"$PYTHON" ../fifty.py 2
	[ "$status" -eq 23 ]
}

@test "rules for what was found are rules" {
	leaks 2 two.json
	"$LEAKSHIM" report --format=suppressions two.json >my.supp
	gate --suppressions=my.supp two.json
	[ "$status" -eq 0 ]
	[ "$(last)" = "gate: passed: 0 of 2 findings fail; 0 new, 0 known, 2 suppressed" ]
	grep -q '^#   allocated at .*fifty.py:[0-9]* in leak_00$' my.supp
	# What is suppressed needs no other rule.
	"$LEAKSHIM" report --suppressions=my.supp --format=suppressions \
		two.json >none.supp
	run ! grep fingerprint none.supp
	"$LEAKSHIM" report --suppressions=my.supp --format=json two.json >r.json
	assert_json r.json '[.findings[].state] == ["suppressed", "suppressed"]'
	"$LEAKSHIM" report --baseline=two.json --format=json two.json >r.json
	assert_json r.json '[.findings[].state] == ["known", "known"]'
}

@test "the rules of leakshim-suppressions(5) are rules" {
	leaks 1 one.json
	sed -n '/^.Sh EXAMPLES/,/^.Ed/p' \
		"$TOP_SRCDIR/man/leakshim-suppressions.5" |
		grep -v '^\.' >my.supp
	gate --suppressions=my.supp one.json
	[ "$status" -eq 23 ]
	[ -z "$stderr" ]
	[ "$(grep -c ': unused: ' <<<"$output")" -ge 3 ]
}

@test "a pipe in place of a file does not block" {
	mkfifo pipe
	for key in suppressions baseline; do
		run --separate-stderr timeout 60 env LD_PRELOAD="$LEAKSHIM_SO" \
			LEAKSHIM_OPTIONS="$key=pipe" "$PYTHON" -c 'print(1)'
		[ "$status" -eq 0 ]
		[ "$output" = 1 ]
		[ "$stderr" = "leakshim: option $key: cannot read pipe: it is not a regular file" ]
	done
	leaks 1 one.json
	run --separate-stderr timeout 60 "$LEAKSHIM" gate --baseline=pipe one.json
	[ "$status" -eq 4 ]
	[ "$stderr" = "leakshim: pipe: it is not a regular file" ]
}
