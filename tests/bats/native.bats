# What an unwound allocation asks of the kernel: a count, not a time.
load helper

@test "native=8 asks the kernel less than twice for each allocation" {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o none true || skip "strace may not trace here"
	strace -f -c -o calls -e trace=process_vm_readv,pipe2,write \
		-E LD_PRELOAD="$LEAKSHIM_SO" \
		-E LEAKSHIM_OPTIONS=native=8:log_path=report \
		"$PYTHON" -S -c '
kept = [[i, str(i)] for i in range(5000)]
left = [0]
left.append(left)
del left'
	# It was unwound: the report has native frames.
	grep -q UNREACHABLE report
	grep -q "libpython\|PyList\|python3" report
	total=$(awk '$NF == "total" { print $(NF - 1) == "" ? 0 : $4 }' calls)
	echo "$total calls"
	[ "$total" -gt 0 ]
	[ "$total" -lt 20000 ]
}
