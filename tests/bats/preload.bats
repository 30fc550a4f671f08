# LD_PRELOAD without the command: silence in strangers, log_path, help.
load helper

LEAK='import gc; gc.disable()
class C(object): pass
c = C(); c.c = c; del c'

leak() {
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS="$1" "$PYTHON" -c "$LEAK"
	[ "$status" -eq 0 ]
}

# same COMMAND...: the same with the shim as without.
same() {
	run --separate-stderr "$@"
	local was="$status $output $stderr"
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS=verbosity=2 "$@"
	echo "$*: bare: $was; shim: $status $output $stderr"
	[ "$status $output $stderr" = "$was" ]
}

@test "programs without CPython notice nothing" {
	command -v git >/dev/null || skip "git is not here"
	same sh -c 'echo a; echo b >&2; exit 3'
	same bash -c 'echo $((1 + 1)) | cat'
	same git --version
	same gcc --version
	same env -i /bin/echo x
	same timeout 5 true
	same ls /nowhere
	same awk 'BEGIN { print 1; exit 2 }'
}

@test "a clean program that imports much says nothing" {
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" "$PYTHON" -c '
import json, argparse, logging, asyncio, collections, dataclasses, unittest
print(json.dumps([1]))'
	[ "$status" -eq 0 ]
	[ "$output" = "[1]" ]
	echo "$stderr"
	[ "${#stderr_lines[@]}" -le 1 ]
}

@test "help=1 lists every key with its value, and the program runs" {
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS=help=1:timeout=7 "$PYTHON" -c 'print(1)'
	[ "$output" = 1 ]
	for key in format log_path fail_on exitcode kinds backtrace verbosity; do
		[[ $stderr == *"$key"* ]]
	done
	[[ $stderr == *timeout=7* ]]
}

@test "log_path: patterns" {
	leak 'log_path=%e-%p-%n-%h-%t-%%'
	set -- python*
	echo "files: $*"
	[ "$#" -eq 1 ]
	[[ $1 =~ ^python[0-9.]*-[0-9]+-1-"$(uname -n)"-[0-9]+-%$ ]]
}

@test "log_path: a relative name is relative to the directory of the start" {
	mkdir elsewhere
	run env LD_PRELOAD="$LEAKSHIM_SO" LEAKSHIM_OPTIONS=log_path=r.txt \
		"$PYTHON" -c "$LEAK
import os; os.chdir('elsewhere')"
	[ "$status" -eq 0 ]
	grep -q UNREACHABLE r.txt
	[ -z "$(ls elsewhere)" ]
}

@test "log_path: an earlier run's report is replaced, a concurrent one's not" {
	leak log_path=r.txt
	leak log_path=r.txt
	[ "$(echo r.txt*)" = r.txt ]
	export LD_PRELOAD=$LEAKSHIM_SO LEAKSHIM_OPTIONS=log_path=two.txt
	"$PYTHON" -c "$LEAK
import os, time
open('ready', 'w').close()
while not os.path.exists('go'): time.sleep(0.01)" &
	until [ -e ready ]; do sleep 0.05; done
	"$PYTHON" -c "$LEAK"
	touch go
	wait
	unset LD_PRELOAD
	set -- two.txt*
	[ "$#" -eq 2 ]
}

@test "log_path: stdout, a device and a pipe" {
	leak log_path=stdout
	[[ $output == *UNREACHABLE* ]]
	[ -z "$stderr" ]
	leak log_path=/dev/null
	[ -z "$output$stderr" ]
	[ -c /dev/null ]
	mkfifo pipe
	cat pipe >came &
	leak log_path=pipe
	wait
	grep -q UNREACHABLE came
	[ -p pipe ]
}

@test "log_path: every process of the tree writes to a device" {
	mkfifo sink
	cat sink >all.txt &
	local reader=$!
	exec 9>sink
	LD_PRELOAD=$LEAKSHIM_SO LEAKSHIM_OPTIONS=log_path=$PWD/sink "$PYTHON" -c "
import subprocess, sys
subprocess.check_call([sys.executable, '-c', sys.argv[1]])
exec(sys.argv[1])" "$LEAK"
	exec 9>&-
	wait $reader
	[ "$(grep -c SUMMARY all.txt)" -eq 2 ]
	[ "$(echo sink*)" = sink ]
}

@test "log_path: a file is private, and a link is replaced, not followed" {
	echo precious >other
	ln -s other r.txt
	leak log_path=r.txt
	[ "$(cat other)" = precious ]
	[ ! -L r.txt ]
	[ "$(stat -c %a r.txt)" = 600 ]
}

@test "exitcode without the command" {
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS=exitcode=9:fail_on=all "$PYTHON" -c "$LEAK"
	[ "$status" -eq 9 ]
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS=exitcode=9:fail_on=all "$PYTHON" -c pass
	[ "$status" -eq 0 ]
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS=exitcode=9:fail_on=none "$PYTHON" -c "$LEAK"
	[ "$status" -eq 0 ]
}

@test "gcstats=1 has a line for each collection, with its pause" {
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS=gcstats=1 "$PYTHON" -c \
		'import gc; gc.collect(0); gc.collect()'
	[ "$status" -eq 0 ]
	[ "$(grep -c 'generation 0' <<<"$stderr")" -ge 1 ]
	[ "$(grep -c 'generation 2' <<<"$stderr")" -ge 1 ]
	[[ $stderr =~ \ 0\.[0-9]{6}\ s ]]
}
