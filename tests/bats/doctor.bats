# leakshim doctor: what can be watched, and why not.
load helper

@test "an interpreter that can be watched" {
	run --separate-stderr "$LEAKSHIM" doctor "$PYTHON"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "can be watched" ]
	[[ $output =~ python\ +3\.[0-9]+\.[0-9]+ ]]
	[[ $output == *"verified"* ]]
	[ -z "$stderr" ]
}

@test "a command with arguments is run as it is" {
	run --separate-stderr "$LEAKSHIM" doctor "$PYTHON" -c 'open("ran", "w")'
	[ "$status" -eq 0 ]
	[ -e ran ]
}

cannot() {
	run --separate-stderr "$LEAKSHIM" doctor "$@"
	echo "$*: $status $output $stderr"
	[ "$status" -eq 3 ]
}

@test "a program without CPython" {
	cannot /bin/sh -c :
	[[ $output == *"cannot be watched: no CPython"* ]]
}

@test "a program that is not there, or is a text" {
	cannot ./not-there
	[[ $stderr == *"no such program"* ]]
	echo text >text
	chmod +x text
	cannot ./text
}

@test "a statically linked program" {
	echo 'int main(void) { return 0; }' >static.c
	# What CC is may be more than one word.
	# shellcheck disable=SC2086
	${CC:-cc} -static -o static static.c || skip "no static C library here"
	cannot ./static
	[[ $output == *"statically linked"* ]]
}

@test "a 32-bit program" {
	# The head of an ELF file is enough to see it.
	printf '\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0\1\0\0\0' >small
	head -c 100 /dev/zero >>small
	chmod +x small
	cannot ./small
	[[ $output == *"32-bit"* ]]
}

@test "a setuid program" {
	[ "$(id -u)" -eq 0 ] || skip "only root can make one"
	cp "$(readlink -f /bin/true)" privileged
	chown 65534 privileged
	chmod u+s privileged
	cannot ./privileged
	[[ $output == *"setuid"* ]]
}

@test "an option that is none" {
	run --separate-stderr "$LEAKSHIM" doctor --wrong
	[ "$status" -eq 2 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

AUDITED='import datetime
class Zone(datetime.tzinfo): pass
kept = [datetime.datetime(2000, 1, 1, tzinfo=Zone()) for i in range(40)]
print("program")'

audit() {
	run --separate-stderr "$LEAKSHIM" doctor --audit "$@"
	echo "$*: $status $output $stderr"
}

@test "audit: a type that hides references" {
	audit "$PYTHON" -c "$AUDITED"
	[ "$status" -eq 23 ]
	[ "${lines[0]}" = program ]
	[[ ${lines[1]} == "audit: 1 field hides references"* ]]
	[[ ${lines[2]} =~ ^REASON\ +TYPE\ +OFFSET\ +MEMBER\ +SEEN\ IN\ +HOLDS$ ]]
	[[ ${lines[3]} =~ ^no-gc-flag\ +datetime.datetime\ +[0-9]+ ]]
	[[ $output == *"to fix: give it Py_TPFLAGS_HAVE_GC"* ]]
	[ -z "$stderr" ]
}

@test "audit: all processes of the command, their numbers added up" {
	audit sh -c "'$PYTHON' -c '$AUDITED'; '$PYTHON' -c '$AUDITED'"
	[ "$status" -eq 23 ]
	[ "$(grep -c ^no-gc-flag <<<"$output")" -eq 1 ]
	read -r _ _ _ _ seen _ < <(grep ^no-gc-flag <<<"$output")
	[ "$seen" -gt 40 ]
}

@test "audit: nothing is hidden, and nothing is left behind" {
	mkdir tmp
	TMPDIR=$PWD/tmp audit "$PYTHON" -c 'kept = [[] for i in range(9)]'
	[ "$status" -eq 0 ]
	[ "$output" = "audit: no living type hides references from the collector" ]
	[ -z "$stderr" ]
	rmdir tmp
}

@test "audit: the program's failure is said, and what it had is audited" {
	audit "$PYTHON" -c "$AUDITED; raise SystemExit(5)"
	[ "$status" -eq 23 ]
	[[ $stderr == *"exited with status 5" ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "audit: a signal to end is passed to the command" {
	mkdir tmp
	TMPDIR=$PWD/tmp "$LEAKSHIM" doctor --audit "$PYTHON" -c 'import signal, sys, time
signal.signal(signal.SIGTERM, lambda *a: sys.exit(7))
open("ready", "w").close()
time.sleep(60)' >out 2>err &
	while [[ ! -e ready ]]; do sleep 0.1; done
	kill "$!"
	wait "$!"
	grep -q "exited with status 7" err
	grep -q ^audit: out
	rmdir tmp
}

one_line() {
	local wanted=$1
	shift
	audit "$@"
	[ "$status" -eq "$wanted" ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "audit: what cannot be audited is one line" {
	one_line 2
	[[ $stderr == *"needs a command"* ]]
	one_line 2 --wrong
	one_line 3 ./not-there
	one_line 3 /bin/sh -c :
	[[ $stderr == *"no CPython"* ]]
	LEAKSHIM_OPTIONS=reachability=0 audit "$PYTHON" -c 'pass'
	[ "$status" -eq 0 ]
	one_line 3 "$PYTHON" -c 'import os; os.kill(os.getpid(), 9)'
	[[ $stderr == *"died of signal 9"* ]]
}
