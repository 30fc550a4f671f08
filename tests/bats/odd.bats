#!/usr/bin/env bats
# odd.bats - attach, check and detach with odd processes: of other kinds, in
# other namespaces, with other libraries in them, or that answer what they like.
# stderr and stderr_lines are set by run; service is in services.bash.
# shellcheck disable=SC2154
load helper
load services

# cycle PID: all three of them, and the report has what was planted.
cycle() {
	run --separate-stderr "$LEAKSHIM" attach "$1"
	[ "$status" -eq 0 ]
	run --separate-stderr "$LEAKSHIM" check --kinds=all "$1"
	[ "$status" -eq 0 ]
	[[ $output == *"60 cycles"* ]]
	run --separate-stderr "$LEAKSHIM" detach "$1"
	[ "$status" -eq 0 ]
}

# every_verb PID WORDS: all four refuse with that line.
every_verb() {
	for verb in attach check status detach; do
		refused $verb "$1" "$2"
	done
}

# ---- of other kinds ----

@test "a 32-bit program" {
	# pause() for ever; there may be no compiler for it.
	"$PYTHON" - <<-'END'
		import struct
		code = b"\xb8\x1d\x00\x00\x00\xcd\x80\xeb\xf7"
		at, size = 0x8048000, 52 + 32
		head = b"\x7fELF\x01\x01\x01" + b"\0" * 9 + struct.pack(
		    "<HHIIIIIHHHHHH", 2, 3, 1, at + size, 52, 0, 0, 52, 32, 1,
		    40, 0, 0)
		load = struct.pack("<8I", 1, 0, at, at, size + len(code),
		                   size + len(code), 5, 4096)
		open("small", "wb").write(head + load + code)
	END
	chmod +x small
	bash -c 'exec ./small' 3>&- &
	OTHER=$!
	until [[ $(cat "/proc/$OTHER/comm") == small ]]; do
		kill -0 "$OTHER" || skip "this kernel runs no 32-bit programs"
		sleep 0.01
	done
	every_verb "$OTHER" "32-bit"
	kill -0 "$OTHER"
}

@test "a kernel thread" {
	thread=
	for folder in /proc/[0-9]*; do
		if ! grep -q '^VmSize:' "$folder/status" 2>/dev/null &&
			grep -q '^State:.*[SI]' "$folder/status" 2>/dev/null; then
			thread=${folder##*/}
			break
		fi
	done
	[ -n "$thread" ] || skip "none is to be seen in here"
	every_verb "$thread" "kernel thread"
}

@test "a process that executes itself again and again" {
	program='
import os, sys
text, n = sys.argv[1], int(sys.argv[2])
if n == 0:
    sys.stdout.write("ready\n"); sys.stdout.flush()
for i in range(10000): pass
os.execv(sys.executable, [sys.executable, "-S", "-c", text, text, str(n + 1)])'
	start "$PYTHON" -S -c "$program" "$program" 0
	for _ in {1..30}; do
		run --separate-stderr timeout 100 "$LEAKSHIM" attach \
			--timeout=20 "$TARGET"
		[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
		[ -z "$output" ]
		# It may be gone when it has said that it is watched.
		[ "${#stderr_lines[@]}" -ge 1 ]
		[ "${#stderr_lines[@]}" -le 3 ]
		for line in "${stderr_lines[@]}"; do
			[[ $line == "leakshim: "* ]]
		done
		kill -0 "$TARGET"
	done
	[ ! -s err ]
}

# ---- elsewhere ----

@test "a process in a container of its own" {
	[ "$(id -u)" -eq 0 ] || skip "only root makes namespaces"
	unshare --mount --pid --net --ipc --uts --fork true 2>/dev/null ||
		skip "no namespaces can be made here"
	start unshare --mount --pid --net --ipc --uts --fork --mount-proc \
		--kill-child "$PYTHON" -c "$service"
	inside=$(pgrep -P "$TARGET")
	[ "$inside" -gt 1 ]
	cycle "$inside"
	cycle "$inside"
	[ ! -s err ]
}

@test "a process in a user namespace of its own" {
	unshare --user --map-root-user true 2>/dev/null ||
		skip "no user namespaces can be made here"
	start unshare --user --map-root-user "$PYTHON" -c "$service"
	cycle "$TARGET"
	[ ! -s err ]
}

# ---- memory ----

@test "a process that may not make memory executable" {
	start "$PYTHON" -c '
import ctypes
# PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
refused = ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)
open("refused", "w").write(str(refused))'"$service"
	[ "$(cat refused)" = 0 ] || skip "this kernel has no PR_SET_MDWE"
	cycle "$TARGET"
	cycle "$TARGET"
	[ ! -s err ]
}

@test "a process whose address space is limited" {
	start "$PYTHON" -c "$service"
	command -v prlimit >/dev/null || skip "prlimit is not installed"
	size=$(awk '/^VmSize:/ { print $2 * 1024 }' "/proc/$TARGET/status")
	prlimit --pid "$TARGET" --as=$((size + (64 << 20))):
	refused attach "$TARGET" "RLIMIT_AS"
	prlimit --pid "$TARGET" --as=$((size + (1 << 30))):
	cycle "$TARGET"
}

@test "a process whose cgroup has no memory left" {
	group=/sys/fs/cgroup/leakshim-test-$$
	mkdir "$group" 2>/dev/null || skip "no cgroups can be made here"
	[ -e "$group/memory.max" ] || {
		rmdir "$group"
		skip "no cgroup (version 2) counts memory here"
	}
	start "$PYTHON" -c "$service"
	echo "$TARGET" >"$group/cgroup.procs"
	echo 40M >"$group/memory.max"
	run --separate-stderr "$LEAKSHIM" attach "$TARGET"
	echo max >"$group/memory.max"
	said=$stderr
	cycle "$TARGET"
	kill -KILL "$TARGET"
	while ! rmdir "$group"; do sleep 0.1; done
	[[ $said == *"in its cgroup"* ]]
}

# ---- with another library in them ----

@test "an older shim, a newer one, and one with more to say" {
	for change in 0=0 0=99 4=160 4=4096; do
		# The same library, with another number: of its version or the
		# size of what it publishes.
		"$PYTHON" - "$LEAKSHIM_SO" other.so $change <<-'END'
			import struct, sys
			data = bytearray(open(sys.argv[1], "rb").read())
			at = data.rfind(struct.pack("<II", 0x4c53484d, 1))
			where, number = map(int, sys.argv[3].split("="))
			assert at > 0
			struct.pack_into("<I", data, at + 4 + where, number)
			open(sys.argv[2], "wb").write(data)
		END
		rm -f fifo
		start env LD_PRELOAD="$PWD/other.so" "$PYTHON" -c "$service"
		every_verb "$TARGET" "another version of leakshim"
		kill -KILL "$TARGET"
		wait "$TARGET" || :
	done
}

@test "another version that is attached to a process" {
	"$PYTHON" - "$LEAKSHIM_SO" other.so <<-'END'
		import struct, sys
		data = bytearray(open(sys.argv[1], "rb").read())
		at = data.rfind(struct.pack("<II", 0x4c53484d, 1))
		struct.pack_into("<I", data, at + 4, 2)
		open(sys.argv[2], "wb").write(data)
	END
	start "$PYTHON" -c "$service"
	export LEAKSHIM_LIBRARY=$PWD/other.so
	# Served: what this command asks of it is what it knows.
	run --separate-stderr "$LEAKSHIM" attach "$TARGET"
	[ "$status" -eq 0 ]
	every_verb "$TARGET" "another version of leakshim"
	kill -0 "$TARGET"
}

# ---- that answer what they like ----

# liar HOW: a process whose library answers so.
liar() {
	command -v "${CC%% *}" >/dev/null || skip "no compiler"
	[ -e liar.so ] || $CC -w -shared -fPIC -I"$TOP_SRCDIR/src" -o liar.so \
		"$FIXTURES/liar.c"
	rm -f fifo
	start env LIAR="$1" LD_PRELOAD="$PWD/liar.so" "$PYTHON" -c "$service"
}

@test "a report of a gigabyte" {
	liar gigabyte
	# Passed on as it comes; or kept, up to half of it.
	run bash -c 'ulimit -v 200000; exec "$@" 2>said >/dev/null' sh \
		"$LEAKSHIM" check "$TARGET"
	[ "$status" -eq 3 ]
	[[ $(cat said) == "leakshim: check: $TARGET: it sent a size that"* ]]
	run bash -c 'ulimit -v 1500000; exec "$@" 2>said' sh \
		"$LEAKSHIM" check --log_path=report "$TARGET"
	[ "$status" -eq 3 ]
	[[ $(cat said) == "leakshim: check: $TARGET: it sent a size that"* ]]
	[ ! -e report ]
	kill -0 "$TARGET"
}

@test "an answer that ends at each of its bytes" {
	liar cut
	for ((n = 0; ; n++)); do
		run --separate-stderr "$LEAKSHIM" check --timeout=60 "$TARGET"
		[ "$status" -ne 0 ] || break
		[ "$status" -eq 3 ]
		[[ $stderr == "leakshim: check: $TARGET: it exited, or"* ]]
	done
	# Three headers, a line and the result.
	[ "$n" -eq $((3 * 16 + 5 + 16)) ]
	[ "$output" = true ]
}

@test "an answer that is wrong at each of its bytes" {
	liar forge
	accepted=0
	for ((n = 0; n < 3 * 16 + 5 + 16; n++)); do
		run --separate-stderr "$LEAKSHIM" check --timeout=60 "$TARGET"
		case $status in
		3) [ "${#stderr_lines[@]}" -le 1 ] ;;
		*)
			# What is unused, the text, the counts.
			[ "$status" -eq 0 ]
			accepted=$((accepted + 1))
			;;
		esac
	done
	[ "$accepted" -le $((3 * 4 + 5 + 12 + 4)) ]
	run --separate-stderr "$LEAKSHIM" check "$TARGET"
	[ "$status" -eq 0 ]
	[ "$output" = true ]
}

# ---- and two commands at once ----

@test "a second command while another is at work is refused" {
	start "$PYTHON" -c '
import ctypes, os
os.mkfifo("free")
print("ready", flush=True)
libc, held = ctypes.CDLL(None), ctypes.PyDLL(None)
buffer = ctypes.create_string_buffer(1)
while not os.path.exists("hold"):
    pass
fd = libc.open(b"free", os.O_RDWR)
open("held", "w").close()
held.read(fd, buffer, 1) # with the GIL
import time
while True: time.sleep(0.05)'
	"$LEAKSHIM" attach "$TARGET"
	touch hold
	until [ -e held ]; do sleep 0.01; done
	before=$(entries "/proc/$TARGET/fd")
	"$LEAKSHIM" check --timeout=100 "$TARGET" >first 2>first.err 3>&- &
	first=$!
	# The name of who is at work.
	until grep -qx leakshim "/proc/$TARGET/task/"*/comm; do sleep 0.01; done
	for verb in check detach; do
		refused $verb "$TARGET" "another leakshim command is working on it"
	done
	echo >free
	wait "$first"
	# On a loaded machine it may say that it waits.
	[ -z "$(grep -v 'waiting for the GIL' first.err)" ]
	[ -s first ]
	[ "$(entries "/proc/$TARGET/fd")" -eq "$before" ]
	run --separate-stderr "$LEAKSHIM" check "$TARGET"
	[ "$status" -eq 0 ]
}
