# Reports that are larger than there is memory for.
# stderr and stderr_lines are set by run.
# shellcheck disable=SC2154
load helper

# 12 MB of findings; reading them takes some 130.
make_large() {
	"$PYTHON" - "$TOP_SRCDIR/tests/golden/report.json" <<-'END2'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		one = report["findings"][0]
		n = 12000000 // len(json.dumps(one))
		names = ["%s-%016x" % (one["kind"], i) for i in range(n)]
		report["findings"] = [dict(one, fingerprint=f) for f in names]
		for kind, row in report["summary"].items():
		    for key in row:
		        row[key] = n * one.get(key, 1) if kind == one["kind"] else 0
		json.dump(report, open("large.json", "w"))
	END2
}

@test "a large report is read where there is memory" {
	make_large
	run --separate-stderr "$LEAKSHIM" gate --fail_on=none large.json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
}

@test "one that is too large is refused at once, and others are judged" {
	make_large
	cp "$TOP_SRCDIR/tests/golden/report.json" small.json
	run --separate-stderr bash -c 'ulimit -v 110000
		"$1" gate large.json small.json' - "$LEAKSHIM"
	echo "$stderr"
	[ "$status" -eq 4 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "leakshim: large.json: too large"*MiB*max_findings* ]]
	[[ $output == *SUMMARY* ]]
}

@test "where the size is not known, a lack of memory is called so" {
	make_large
	for limit in 40000 70000 100000; do
		run --separate-stderr bash -c "ulimit -v $limit
			cat large.json | \"\$1\" gate -" - "$LEAKSHIM"
		echo "$limit $stderr"
		[ "$status" -ne 0 ]
		[ "$status" -ne 23 ]
		[[ $stderr == *"out of memory"* ]]
		[[ $stderr != *"expected a"* ]]
	done
}
