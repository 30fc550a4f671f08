#!/usr/bin/env bats
# attach.bats - attach, check, status and detach as a user meets them, and above
# all when they refuse.  What services feel of it: tests/matrix/test_attach.py.
# stderr and stderr_lines are set by run; service is in services.bash.
# shellcheck disable=SC2154
load helper
load services

@test "attach, status, check and detach, twice" {
	start "$PYTHON" -c "$service"
	for _ in 1 2; do
		refused check "$TARGET" "leakshim attach"
		refused detach "$TARGET" "leakshim attach"
		run --separate-stderr "$LEAKSHIM" attach "$TARGET"
		[ "$status" -eq 0 ]
		[[ $output == *"after attaching"*"60 cycles"* ]]
		[[ $stderr == *"watching CPython 3"*"allocator layer"* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
		refused attach "$TARGET" "already watched"
		run --separate-stderr "$LEAKSHIM" status "$TARGET"
		[ "$status" -eq 0 ]
		[[ $output == *"watched, since attach"* ]]
		run --separate-stderr "$LEAKSHIM" check --kinds=all "$TARGET"
		[ "$status" -eq 0 ]
		[[ $output == *"60 cycles"* ]]
		[[ $output == *"on request"* ]]
		run --separate-stderr "$LEAKSHIM" check --kinds=all \
			--fail_on=unreachable "$TARGET"
		[ "$status" -eq 23 ]
		run --separate-stderr "$LEAKSHIM" check --kinds=all \
			--fail_on=unreachable --exitcode=7 "$TARGET"
		[ "$status" -eq 7 ]
		run --separate-stderr "$LEAKSHIM" detach "$TARGET"
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		run --separate-stderr "$LEAKSHIM" status "$TARGET"
		[ "$status" -eq 0 ]
		[[ $output == *detached* ]]
	done
	[ ! -s err ]
	[ "$(entries "/proc/$TARGET/task")" -eq 1 ]
}

@test "attach says at once what is leaked, or that nothing is" {
	start "$PYTHON" -c "$service"
	run --separate-stderr "$LEAKSHIM" attach --fail_on=all --format=json \
		--log_path=out.json "$TARGET"
	# That it leaks is no failure of the attach.
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run "$PYTHON" -c 'import json
r = json.load(open("out.json"))
print(r["process"]["trigger"], r["coverage"]["tracking"],
      [(f["kind"], f["count"], f["allocated"]["known"])
       for f in r["findings"] if f["kind"] == "unreachable"])'
	[ "$output" = "attach since-attach [('unreachable', 60, False)]" ]
	kill "$TARGET"
	rm -f fifo
	start "$PYTHON" -c 'import time
print("ready", flush=True)
while True: time.sleep(0.05)'
	run --separate-stderr "$LEAKSHIM" attach "$TARGET"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[[ $stderr == *"no known leaks so far" ]]
	[ "${#stderr_lines[@]}" -eq 2 ]
	refused attach "$TARGET" "already watched"
}

@test "a report as JSON, to a file in the command's directory" {
	start "$PYTHON" -c "$service"
	"$LEAKSHIM" attach "$TARGET"
	run --separate-stderr "$LEAKSHIM" check --format=json \
		--log_path=out.json "$TARGET"
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	run "$PYTHON" -c 'import json
r = json.load(open("out.json"))
print(r["coverage"]["tracking"], r["process"]["trigger"], r["process"]["pid"])'
	[ "$output" = "since-attach request $TARGET" ]
}

@test "a preloaded process is checked, and detached, in the same way" {
	start env LD_PRELOAD="$LEAKSHIM_SO" "$PYTHON" -c "$service"
	refused attach "$TARGET" "already watched"
	run --separate-stderr "$LEAKSHIM" check --kinds=all "$TARGET"
	[ "$status" -eq 0 ]
	[[ $output == *"60 cycles"* ]]
	# Here it is known where they come from.
	[[ $output == *'File "<string>", line'* ]]
	run "$LEAKSHIM" status "$TARGET"
	[[ $output == *"watched, from its start"* ]]
	run "$LEAKSHIM" detach "$TARGET"
	[ "$status" -eq 0 ]
	# The program ends as ever, without a report.
	touch end
	wait "$TARGET"
	[ ! -s err ]
}

@test "what is allocated after attach has a backtrace" {
	start "$PYTHON" -c '
import sys, time, os, gc
class Late(object): pass
gc.disable()
sys.stdout.write("ready\n"); sys.stdout.flush()
while not os.path.exists("go"): time.sleep(0.01)
def make_late():
    for i in range(60):
        a = Late(); a.me = a
make_late()
open("made", "w").close()
while True: time.sleep(0.05)'
	"$LEAKSHIM" attach "$TARGET"
	touch go
	while [ ! -e made ]; do sleep 0.05; done
	run --separate-stderr "$LEAKSHIM" check --kinds=all "$TARGET"
	[ "$status" -eq 0 ]
	[[ $output == *"__main__.Late"* ]]
	[[ $output == *"in make_late"* ]]
}

@test "wrong usage" {
	for verb in attach check status detach; do
		for arguments in "" "x" "1 2" "-3" "0" "--nonsense 1"; do
			# A list of words.
			# shellcheck disable=SC2086
			run --separate-stderr "$LEAKSHIM" $verb $arguments
			[ "$status" -eq 2 ]
			[ "${#stderr_lines[@]}" -eq 1 ]
		done
	done
	run --separate-stderr "$LEAKSHIM" attach --track=some 1
	[ "$status" -eq 2 ]
	for arguments in "attach --tree" "check --tree=1 2" "detach --tree x" \
		"check --tree 1 2" "status --tree 1"; do
		# shellcheck disable=SC2086
		run --separate-stderr "$LEAKSHIM" $arguments
		[ "$status" -eq 2 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "a process and its descendants: one report, one status" {
	start "$PYTHON" -c '
import gc, os, signal, sys
class Node(object): pass
def leak():
    for i in range(60):
        a = Node(); a.me = a
gc.disable()
leak()
end, mine = os.pipe()
if not os.fork():
    os.close(mine) # the parent has it, and takes it with it
    leak()
    sys.stdout.write("ready\n"); sys.stdout.flush()
    os.read(end, 1)
    os._exit(0)
signal.pause()'
	run --separate-stderr "$LEAKSHIM" check --tree "$TARGET"
	[ "$status" -eq 3 ]
	[ "${#stderr_lines[@]}" -eq 2 ]
	run --separate-stderr "$LEAKSHIM" attach --tree "$TARGET"
	[ "$status" -eq 0 ]
	[ "${#stderr_lines[@]}" -eq 2 ]
	run --separate-stderr "$LEAKSHIM" check --tree --kinds=all "$TARGET"
	[ "$status" -eq 0 ]
	[[ $output == "==leakshim== 2 reports: "* ]]
	# What is older than the fork counts once.
	[[ $output == *"UNREACHABLE 120 cycles"* ]]
	run --separate-stderr "$LEAKSHIM" check --tree --kinds=all \
		--fail_on=unreachable --exitcode=7 "$TARGET"
	[ "$status" -eq 7 ]
	run --separate-stderr "$LEAKSHIM" check --tree --format=json \
		--log_path=out.json "$TARGET"
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	[ "$("$PYTHON" -c 'import json
print(json.load(open("out.json"))["merged"])')" = 2 ]
	run --separate-stderr "$LEAKSHIM" detach --tree "$TARGET"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
}

@test "a process may say anything, also as one of several" {
	command -v "${CC%% *}" >/dev/null || skip "no compiler"
	$CC -shared -fPIC -I"$TOP_SRCDIR/src" -o liar.so "$FIXTURES/liar.c"
	start env LIAR=escape LD_PRELOAD="$PWD/liar.so" "$PYTHON" -c "$service"
	run --separate-stderr "$LEAKSHIM" check --tree "$TARGET"
	[ "$status" -eq 3 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr != *$'\033'* ]]
}

@test "no such process, a zombie, a thread, the command's own" {
	refused attach 4194303 "no such process"
	"$PYTHON" -c 'import os, time
if os.fork(): time.sleep(60)' 3>&- &
	OTHER=$!
	while ! zombie=$(ps -o pid=,stat= --ppid "$OTHER" |
		awk '$2 ~ /^Z/ { print $1 }') || [ -z "$zombie" ]; do
		sleep 0.05
	done
	refused attach "$zombie" "zombie"
	start "$PYTHON" -c 'import threading
e = threading.Event()
threading.Thread(target=e.wait).start()
print("ready", flush=True)
e.wait()'
	# Numbers begin anew at the top, so the other may sort before the first.
	for thread in "/proc/$TARGET/task/"*; do
		thread=${thread##*/}
		[ "$thread" = "$TARGET" ] || break
	done
	refused attach "$thread" "the process is $TARGET"
	# sh runs the command in its own place, so it has the number of sh.
	run sh -c 'exec "$0" attach $$' "$LEAKSHIM"
	[ "$status" -eq 3 ]
	[[ $output == *"this command itself"* ]]
}

@test "no CPython, and nothing that could load a library" {
	sleep 60 3>&- &
	OTHER=$!
	# Not before it is sleep itself.
	while [[ $(cat "/proc/$OTHER/comm") != sleep ]]; do sleep 0.01; done
	for verb in attach check status detach; do
		refused $verb "$OTHER" "not CPython"
	done
	kill "$OTHER"
	command -v "${CC%% *}" >/dev/null || skip "no compiler"
	echo 'int main(void) { for (;;) pause(); }' >static.c
	$CC -w -static -include unistd.h -o static static.c ||
		skip "no static C library"
	./static 3>&- &
	OTHER=$!
	while [[ $(cat "/proc/$OTHER/comm") != static ]]; do sleep 0.01; done
	refused attach "$OTHER" "statically linked"
}

@test "a process that is stopped is left alone" {
	start "$PYTHON" -c "$service"
	kill -STOP "$TARGET"
	while ! grep -q '^State:.*T' "/proc/$TARGET/status"; do sleep 0.01; done
	refused attach "$TARGET" "kill -CONT $TARGET"
	kill -CONT "$TARGET"
	run "$LEAKSHIM" attach "$TARGET"
	[ "$status" -eq 0 ]
}

@test "a process that is traced already is left alone" {
	command -v strace >/dev/null || skip "strace is not installed"
	start "$PYTHON" -c "$service"
	strace -o trace -p "$TARGET" 3>&- &
	OTHER=$!
	while ! grep -q '^TracerPid:.*[1-9]' "/proc/$TARGET/status"; do
		sleep 0.01
	done
	refused attach "$TARGET" "(strace) is tracing it"
}

@test "another user's process needs root" {
	[ "$(id -u)" -eq 0 ] || skip "only root has other users' processes"
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	start "$PYTHON" -c "$service"
	chmod 755 . 2>/dev/null
	cp "$LEAKSHIM" /dev/shm/leakshim-$$ || skip "no /dev/shm"
	run setpriv --reuid=65534 --clear-groups --bounding-set=-all \
		/dev/shm/leakshim-$$ attach "$TARGET"
	rm -f /dev/shm/leakshim-$$
	[ "$status" -eq 3 ]
	[[ $output == *"belongs to user 0"* ]]
}

# filtered ACTION NUMBER...: a service whose filter answers so to those calls.
filtered() {
	start "$PYTHON" -c '
import ctypes, struct, sys, time
action, numbers = int(sys.argv[1], 0), [int(n) for n in sys.argv[2:]]
rows = [(0x20, 0, 0, 0)]
for i, n in enumerate(numbers):
    rows.append((0x15, len(numbers) - i, 0, n))
rows += [(6, 0, 0, 0x7fff0000), (6, 0, 0, action)]
code = b"".join(struct.pack("HBBI", *r) for r in rows)
text = ctypes.create_string_buffer(code, len(code))
program = struct.pack("HxxxxxxP", len(rows), ctypes.addressof(text))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program, 0, 0) == 0
print("ready", flush=True)
while True: time.sleep(0.05)' "$@"
}

@test "a seccomp filter that would kill is seen before" {
	[ "$(uname -m)" = x86_64 ] || skip "the numbers are of x86-64"
	[ "$(id -u)" -eq 0 ] || skip "only root may read filters"
	# memfd_create and socketpair are not seen by it; prctl would be.
	filtered 0x80000000 319 53
	run --separate-stderr "$LEAKSHIM" attach "$TARGET"
	case $stderr in *"cannot be read"*) skip "the kernel shows no filters" ;; esac
	[ "$status" -eq 0 ]
	run --separate-stderr "$LEAKSHIM" check "$TARGET"
	[ "$status" -eq 0 ]
	kill "$TARGET"
	rm -f fifo
	filtered 0x80000000 157
	refused attach "$TARGET" "seccomp filter would kill"
	kill -0 "$TARGET"
	kill "$TARGET"
	rm -f fifo
	# An error number is nothing to die of.
	filtered 0x00050001 157 319
	run --separate-stderr "$LEAKSHIM" attach "$TARGET"
	[ "$status" -eq 0 ]
}

# unborn WHEN: start one whose Python does not run yet.
unborn() {
	command -v "${CC%% *}" >/dev/null || skip "no compiler"
	library=$("$PYTHON" -c '
import os, sysconfig
print(os.path.join(*sysconfig.get_config_vars("LIBDIR", "INSTSONAME")))')
	[[ $library == *.so* && -e $library ]] || skip "$PYTHON has no libpython"
	$CC -w -o unborn "$FIXTURES/unborn.c" -ldl
	PYTHONHOME=$("$PYTHON" -c 'import sys; print(sys.prefix)') \
		start ./unborn "$library" "$1"
}

@test "an interpreter that is not initialized" {
	unborn never
	refused attach "$TARGET" "its Python is not initialized"
	refused attach "$TARGET" "its Python is not initialized"
	run --separate-stderr "$LEAKSHIM" attach --tree "$TARGET"
	[ "$status" -eq 3 ]
	[[ $stderr == *"its Python is not initialized"* ]]
	kill -0 "$TARGET"
}

@test "a refused attach lets nothing begin later on" {
	unborn visited
	refused attach "$TARGET" "its Python is not initialized"
	# It will be, and all that was said of it is forgotten.
	for _ in {1..600}; do
		run --separate-stderr "$LEAKSHIM" attach "$TARGET"
		[[ $status -eq 3 && $stderr == *"is not initialized"* ]] || break
		sleep 0.1
	done
	[ "$status" -eq 0 ]
	[[ $stderr == *": watching CPython"* ]]
}

@test "one that is about to be is waited for, with --tree" {
	unborn visited
	run --separate-stderr "$LEAKSHIM" attach --tree "$TARGET"
	[ "$status" -eq 0 ]
	"$LEAKSHIM" check --tree "$TARGET"
	kill -0 "$TARGET"
}

@test "an interpreter that has several" {
	start "$PYTHON" -c '
import sys
try:
    import _interpreters as i
except ImportError:
    import _xxsubinterpreters as i
kept = i.create() # 3.12 ends it with its last reference
print("ready", flush=True)
import time
while True: time.sleep(0.05)'
	run --separate-stderr "$LEAKSHIM" attach "$TARGET"
	if "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
		[ "$status" -eq 3 ]
		[[ $stderr == *"several interpreters"* ]]
	else
		[ "$status" -eq 0 ]
	fi
}

@test "a library that cannot be loaded leaves nothing behind" {
	start "$PYTHON" -c "$service"
	before=$(entries "/proc/$TARGET/fd")
	libm=$(ldconfig -p | awk '/libm\.so\.6.*x86-64/ { print $NF; exit }')
	[ -n "$libm" ] || skip "no libm to load instead"
	LEAKSHIM_LIBRARY=$libm refused attach "$TARGET" "cannot be loaded"
	[ "$(entries "/proc/$TARGET/fd")" -eq "$before" ]
	[ "$(entries "/proc/$TARGET/task")" -eq 1 ]
	LEAKSHIM_LIBRARY=$LEAKSHIM_SO run "$LEAKSHIM" attach "$TARGET"
	[ "$status" -eq 0 ]
}

@test "where the kernel has no pidfd_getfd, a pipe is the channel" {
	start "$PYTHON" -c "$service"
	before=$(entries "/proc/$TARGET/fd")
	export LEAKSHIM_TEST_CHANNEL=pipe
	"$LEAKSHIM" attach "$TARGET"
	run --separate-stderr "$LEAKSHIM" check --kinds=all "$TARGET"
	[ "$status" -eq 0 ]
	[[ $output == *"60 cycles"* ]]
	"$LEAKSHIM" detach "$TARGET"
	[ "$(entries "/proc/$TARGET/fd")" -eq "$before" ]
}

@test "C code that keeps the GIL is waited for as long as asked" {
	start "$PYTHON" -c '
import ctypes
print("ready", flush=True)
ctypes.PyDLL(None).sleep(600)'
	# The first may come before that call, the others do not.
	run "$LEAKSHIM" attach --timeout=1 "$TARGET"
	for verb in attach check; do
		run --separate-stderr "$LEAKSHIM" $verb --timeout=1 "$TARGET"
		[ "$status" -eq 3 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	kill -0 "$TARGET"
}

@test "a process may answer anything" {
	command -v "${CC%% *}" >/dev/null || skip "no compiler"
	$CC -shared -fPIC -I"$TOP_SRCDIR/src" -o liar.so "$FIXTURES/liar.c"
	for how in garbage header huge flood unknown short call nothing silent; do
		rm -f fifo
		start env LIAR=$how LD_PRELOAD="$PWD/liar.so" "$PYTHON" -c "$service"
		# 1 GiB would not do: what it says is not kept.
		run bash -c 'ulimit -v 200000; exec "$@" 2>said' sh \
			"$LEAKSHIM" check --timeout=1 "$TARGET"
		[ "$status" -eq 3 ]
		[[ $(tail -n 1 said) == "leakshim: check: $TARGET: "* ]]
		kill -0 "$TARGET"
		kill -KILL "$TARGET"
	done
	rm -f fifo
	start env LIAR=escape LD_PRELOAD="$PWD/liar.so" "$PYTHON" -c "$service"
	run --separate-stderr "$LEAKSHIM" check "$TARGET"
	[ "$status" -eq 0 ]
	[ "$output" = '?]0;x?' ]
	run --separate-stderr "$LEAKSHIM" status "$TARGET"
	[ "$status" -eq 0 ]
	[[ $output != *$'\033'* ]]
}

@test "suppressions are for the process, or for one check" {
	mkdir rules
	echo "type:__main__.Node" >rules/nodes
	start "$PYTHON" -c "$service"
	cd rules
	"$LEAKSHIM" attach --suppressions=nodes "$TARGET"
	run --separate-stderr "$LEAKSHIM" check --fail_on=unreachable "$TARGET"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	run --separate-stderr "$LEAKSHIM" check --fail_on=unreachable \
		--suppressions=none "$TARGET"
	[ "$status" -eq 23 ]
	[[ $stderr == *"cannot read $PWD/none: no such file"* ]]
	run "$LEAKSHIM" check --fail_on=unreachable "$TARGET"
	[ "$status" -eq 0 ]
	"$LEAKSHIM" detach "$TARGET"
	"$LEAKSHIM" attach "$TARGET"
	run "$LEAKSHIM" check --fail_on=unreachable "$TARGET"
	[ "$status" -eq 23 ]
	run "$LEAKSHIM" check --fail_on=unreachable --suppressions=nodes \
		"$TARGET"
	[ "$status" -eq 0 ]
	run "$LEAKSHIM" check --fail_on=unreachable "$TARGET"
	[ "$status" -eq 23 ]
}

@test "a process attached to after a detach reports only to check" {
	start env LD_PRELOAD="$LEAKSHIM_SO" "$PYTHON" -c '
import ctypes, os, time
lib = ctypes.CDLL(None, use_errno=True)
def said():
    ctypes.set_errno(0)
    return (lib.leakshim_is_active(), lib.leakshim_check(b"asked.txt"),
            ctypes.get_errno())
print("ready", flush=True)
for step in "watched", "detached", "attached":
    while not os.path.exists(step): time.sleep(0.01)
    with open("answers", "a") as f: print(*said(), file=f)
    os.remove(step)
import gc
class Node(object): pass
gc.disable()
for i in range(60): a = Node(); a.me = a
while not os.path.exists("end"): time.sleep(0.01)'
	step() {
		touch "$1"
		while [[ -e $1 ]]; do sleep 0.01; done
	}
	step watched
	[ -s asked.txt ]
	rm asked.txt
	"$LEAKSHIM" detach "$TARGET"
	step detached
	"$LEAKSHIM" attach "$TARGET"
	step attached
	[ ! -e asked.txt ]
	mapfile -t answers <answers
	[[ ${answers[0]} == "1 "[0-9]* ]]
	# ENOTSUP
	[ "${answers[1]}" = "0 -1 95" ]
	[ "${answers[2]}" = "0 -1 95" ]
	touch end
	wait "$TARGET"
	[ ! -s err ]
}

@test "README: the commands for services that run" {
	local n=0 step
	start "$PYTHON" -c "$service"
	while read -r step; do
		n=$((n + 1))
		# shellcheck disable=SC2086 # words, as a shell reads them
		set -- ${step//4711/$TARGET}
		shift
		echo "+ $*"
		"$LEAKSHIM" "$@"
	done < <(sed -n 's/^    \(leakshim .* 4711\) .*/\1/p' \
		"$TOP_SRCDIR/README")
	[ "$n" -eq 6 ]
	kill "$TARGET"
}
