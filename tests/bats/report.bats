# leakshim report: JSON reports as text, or several as one; bad files.
load helper

LEAK='import gc; gc.disable()
class C(object):
    def __del__(self): pass
c = C(); c.c = c; del c
print("done")'

make_report() {
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS="format=json:log_path=$1" "$PYTHON" -c "$LEAK"
	[ "$status" -eq 0 ]
}

# What differs from run to run: pids, times, what verbosity adds.
same_text() {
	sed -e 's/leakshim:[0-9]*/leakshim:P/' -e '/ missed: /d' \
		-e 's/; gc .*//' "$1"
}

@test "the text of a JSON report is what the shim prints itself" {
	make_report r.json
	LD_PRELOAD=$LEAKSHIM_SO LEAKSHIM_OPTIONS=log_path=direct.txt \
		"$PYTHON" -c "$LEAK"
	"$LEAKSHIM" report r.json >rendered.txt
	diff <(same_text direct.txt) <(same_text rendered.txt)
	grep -q 'finalizer __main__.C.__del__' rendered.txt
}

@test "JSON of JSON is the same file" {
	make_report r.json
	"$LEAKSHIM" report --format=json r.json >again.json
	cmp r.json again.json
	"$LEAKSHIM" report --format=json - <r.json >again.json
	cmp r.json again.json
}

@test "an audit is read and written again, and two add up" {
	LD_PRELOAD=$LEAKSHIM_SO \
		LEAKSHIM_OPTIONS=format=json:log_path=r.json:audit=1 \
		"$PYTHON" -c 'import datetime
class Zone(datetime.tzinfo): pass
kept = [datetime.datetime(2000, 1, 1, tzinfo=Zone()) for i in range(9)]'
	assert_json r.json '.audit | length == 1'
	"$LEAKSHIM" report --format=json r.json >again.json
	cmp r.json again.json
	"$LEAKSHIM" report --format=json r.json r.json >both.json
	assert_json both.json '.audit | length == 1'
	[ "$(jq '.audit[0].instances' both.json)" -eq \
		$((2 * $(jq '.audit[0].instances' r.json))) ]
	jq '.audit[0].reason = "nonsense"' r.json >odd.json
	doubtful odd.json reason
}

@test "two reports become one, and their numbers add up" {
	make_report one.json
	make_report two.json
	"$LEAKSHIM" report --format=json one.json two.json >both.json
	assert_json both.json '.findings | length == 1'
	for what in count objects bytes; do
		[ "$(jq ".findings[0].$what" both.json)" -eq \
			$((2 * $(jq ".findings[0].$what" one.json))) ]
	done
	# What an interpreter's own start leaves is only counted, and adds up.
	[ "$(jq .summary.unreachable.findings both.json)" -eq \
		"$(jq -s 'map(.summary.unreachable.findings - 1) | add + 1' \
			one.json two.json)" ]
	[ "$("$LEAKSHIM" report one.json two.json | grep -c ^UNREACHABLE)" -eq 1 ]
}

@test "a report without findings is one line" {
	LD_PRELOAD=$LEAKSHIM_SO LEAKSHIM_OPTIONS=format=json:log_path=r.json \
		"$PYTHON" -c 'pass'
	run --separate-stderr "$LEAKSHIM" report r.json
	[ "$status" -eq 0 ]
	[[ $output == *"SUMMARY: 0 findings"* ]]
	[[ $output != *UNREACHABLE* ]]
}

bad() {
	run --separate-stderr "$LEAKSHIM" report "$1"
	echo "$1: $status $stderr"
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"$1"* ]]
}

# What is not what it should be is unknown, which is said once.
doubtful() {
	run --separate-stderr "$LEAKSHIM" report --format=json "$1"
	echo "$1: $status $stderr"
	[ "$status" -eq 0 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"$1: "*"$2"*"taken as unknown" ]]
	printf '%s\n' "$output" >"$1.out"
}

@test "files that are no report: one line, 4, and nothing on stdout" {
	make_report r.json
	bad missing.json
	mkdir folder
	bad folder
	: >empty
	bad empty
	echo text >text
	bad text
	head -c 1000 r.json >truncated
	bad truncated
	echo '{}' >object
	bad object
	echo '[1]' >list
	bad list
	sed 's|leakshim.report/1|leakshim.report/2|' r.json >newer
	bad newer
	[[ $stderr == *"leakshim.report/2"* ]]
	jq 'del(.findings)' r.json >part
	bad part
	jq '.findings = 7' r.json >number
	bad number
	jq '.findings[0].kind = "sorrow"' r.json >kind
	bad kind
	head -c 2000 /dev/urandom >noise
	bad noise
}

@test "a command line of something else than words" {
	make_report r.json
	for argv in '{}' '[1]' '["python", {}]' '["python", null]'; do
		jq ".process.argv = $argv" r.json >other.json
		doubtful other.json argv
		assert_json other.json.out '.process.argv == null'
	done
	jq ".process.argv = null" r.json >none.json
	"$LEAKSHIM" report none.json
}

@test "how many a growth had in each check" {
	local golden=$TOP_SRCDIR/tests/golden/report.json growth checks
	growth='.findings[] | select(.kind == "growth") | .growth'
	"$LEAKSHIM" report --format=json "$golden" >again.json
	[ "$(jq -c "$growth.checks" again.json)" = '[1000,3000,5000]' ]
	"$LEAKSHIM" report "$golden" | grep -q ': 1000, 3000, 5000$'
	for checks in 7 '[1, null]' '["1"]' '[1.5]' '[1152921504606846976]'; do
		jq "($growth.checks) |= $checks" "$golden" >other.json
		[ "$checks" = '[1, null]' ] || doubtful other.json '"checks"'
		"$LEAKSHIM" report other.json
	done
	jq "($growth.checks) |= [1, null]" "$golden" >other.json
	"$LEAKSHIM" report other.json | grep -q ': 1, unknown$'
}

@test "numbers that no process can have, and rows without a name" {
	local golden=$TOP_SRCDIR/tests/golden/report.json change
	for change in '.cost.pause_seconds = 1e12' '.gc.generations[0].seconds = 1e300' \
		'.findings[0].bytes = -1' '.findings[0].types[0].count = -1' \
		'.findings[0].bytes = 3365168465476248' '.heap.bytes = "many"' \
		'.coverage.missed[0].what = null' 'del(.findings[0].types[0].name)' \
		'.summary.unreachable.bytes = -1'; do
		jq "$change" "$golden" >other.json
		doubtful other.json ""
		"$LEAKSHIM" gate other.json >verdict 2>/dev/null || [ $? -eq 23 ]
		grep -q ^gate: verdict
	done
}

@test "an unknown number is unknown in every format, and in every sum" {
	local golden=$TOP_SRCDIR/tests/golden/report.json format kind
	for value in 3365168465476248 99999999999999999999 1e999 null; do
		# jq would round it.
		jq '.findings[0].bytes = 123454321' "$golden" |
			sed "s/123454321/$value/" >other.json
		run ! cmp "$golden" other.json
		"$LEAKSHIM" report --format=json other.json >again.json
		assert_json again.json '[.findings[] | select(.bytes == null)] |
			length == 1'
		kind=$(jq -r '.findings[] | select(.bytes == null).kind' again.json)
		assert_json again.json ".summary[\"$kind\"].bytes == null"
		"$LEAKSHIM" report other.json | grep -q 'unknown size'
		for format in html dot folded pprof sarif junit github openmetrics; do
			"$LEAKSHIM" report --format=$format other.json >out
			run ! grep -aq -e -9223372036854775808 -e '16777216.0 TiB' out
		done
		"$LEAKSHIM" report --format=json other.json "$golden" >both.json
		assert_json both.json '[.findings[] | select(.bytes == null)] |
			length == 1'
	done
}

@test "what steers a terminal is spelled out" {
	jq '.python.version += "\u001b[31m" | .coverage.missed[0] |=
		(.what += "\u001b[32m" | .why += "\u001b[33m")' \
		"$TOP_SRCDIR/tests/golden/report.json" >other.json
	"$LEAKSHIM" report other.json >text
	run ! grep -q $'\e' text
	for colour in 31 32 33; do
		grep -qF "\\x1b[${colour}m" text
	done
	printf '{"\e[31m' >noise.json
	bad noise.json
	[[ $stderr != *$'\e'* ]]
}

@test "a good file among bad ones: those are reported, and it is shown" {
	make_report r.json
	"$LEAKSHIM" report r.json >alone
	run --separate-stderr "$LEAKSHIM" report missing.json r.json
	[ "$status" -eq 4 ]
	[ "$output" = "$(<alone)" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	mkdir many
	cp r.json many/a.json
	head -c 1000 r.json >many/b.json
	jq '.findings = 7' r.json >many/c.json
	run --separate-stderr "$LEAKSHIM" report many
	[ "$status" -eq 4 ]
	[ "$output" = "$(<alone)" ]
	[ "${#stderr_lines[@]}" -eq 2 ]
}

@test "wrong usage is 2" {
	make_report r.json
	for words in "" "--format=yaml r.json" "--frmat=text r.json"; do
		# A list of words.
		# shellcheck disable=SC2086
		run --separate-stderr "$LEAKSHIM" report $words
		[ "$status" -eq 2 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "stdout that is full or closed is said" {
	make_report r.json
	run --separate-stderr bash -c '"$1" report r.json >/dev/full' bash \
		"$LEAKSHIM"
	[ "$status" -eq 125 ]
	[[ $stderr == *"cannot write"* ]]
	run --separate-stderr bash -c '"$1" report r.json >&-' bash "$LEAKSHIM"
	[ "$status" -eq 125 ]
}
