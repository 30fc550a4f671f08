# leakshim run: the command's own status, or 23; options; where the library is.
load helper

# LEAK and CLEAN are programs of one line.
LEAK='import gc; gc.disable()
class C(object): pass
c = C(); c.c = c; del c'
FAIL=--fail_on=unreachable

run_leak() {
	run --separate-stderr "$LEAKSHIM" run "$@" -- "$PYTHON" -c "$LEAK"
}

@test "a failing finding makes 23" {
	run_leak $FAIL
	[ "$status" -eq 23 ]
	[[ $stderr == *"UNREACHABLE 1 cycle"* ]]
}

@test "a clean program ends with 0 and says nothing" {
	run --separate-stderr "$LEAKSHIM" run $FAIL -- "$PYTHON" -c 'print(1)'
	[ "$status" -eq 0 ]
	[ "$output" = 1 ]
	[ -z "$stderr" ]
}

@test "what is not in fail_on is reported and does not fail" {
	run_leak
	[ "$status" -eq 0 ]
	[[ $stderr == *"UNREACHABLE 1 cycle"* ]]
}

@test "exitcode= is the status instead, and 0 never fails" {
	run_leak $FAIL --exitcode=42
	[ "$status" -eq 42 ]
	run_leak $FAIL --exitcode=0
	[ "$status" -eq 0 ]
}

@test "a command that fails keeps its own status" {
	run "$LEAKSHIM" run $FAIL -- "$PYTHON" -c "$LEAK
import sys; sys.exit(5)"
	[ "$status" -eq 5 ]
}

@test "a command that a signal ends takes leakshim along" {
	for signal in 9 11 15; do
		run "$LEAKSHIM" run -- sh -c "kill -$signal \$\$"
		[ "$status" -eq $((128 + signal)) ]
	done
}

@test "a finding in a child counts" {
	run --separate-stderr "$LEAKSHIM" run $FAIL -- sh -c '"$0" -c "$1"; exit 0' \
		"$PYTHON" "$LEAK"
	[ "$status" -eq 23 ]
	run --separate-stderr "$LEAKSHIM" run $FAIL -- sh -c '"$0" -c "$1"; exit 0' \
		"$PYTHON" 'pass'
	[ "$status" -eq 0 ]
}

@test "a command that is not there is 127, one that cannot run 126" {
	run --separate-stderr "$LEAKSHIM" run -- ./not-there
	[ "$status" -eq 127 ]
	[[ $stderr == *"not-there"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	echo text >file
	run --separate-stderr "$LEAKSHIM" run -- ./file
	[ "$status" -eq 126 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "a program without CPython is run, and said so" {
	run --separate-stderr "$LEAKSHIM" run --verbosity=1 -- \
		sh -c 'echo out; exit 4'
	[ "$status" -eq 4 ]
	[ "$output" = out ]
	[[ $stderr == *"no CPython was seen"* ]]
}

@test "an option that is none is 2, and nothing runs" {
	for option in --fail_onn=x --timeout=soon --backtrace=300 --format=yaml \
		--kinds=lost --exitcode; do
		run --separate-stderr "$LEAKSHIM" run "$option" -- touch ran
		echo "$option: $status $stderr"
		[ "$status" -eq 2 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[ ! -e ran ]
	done
	run --separate-stderr "$LEAKSHIM" run
	[ "$status" -eq 2 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "the environment's options stay, the command's win" {
	export LEAKSHIM_OPTIONS=format=json:log_path=one.json
	run_leak --log_path=two.json
	[ ! -e one.json ]
	assert_json two.json '.findings | length == 1'
}

@test "a value with a colon and a blank comes through" {
	run_leak --log_path='a: b.txt'
	[ "$status" -eq 0 ]
	grep -q UNREACHABLE 'a: b.txt'
}

@test "the library is found from anywhere, by its absolute path" {
	local show='import os; print(os.environ["LD_PRELOAD"])'
	cd /
	run --separate-stderr "$LEAKSHIM" run -- "$PYTHON" -c "$show"
	[[ ${lines[0]} == /*libleakshim.so ]]
	cd "$BATS_TEST_TMPDIR"
	ln -s "$LEAKSHIM" link
	PATH=$PWD:$PATH run --separate-stderr link run -- "$PYTHON" -c "$show"
	[[ ${lines[0]} == /*libleakshim.so ]]
	[ -e "${lines[0]}" ]
}

@test "what is preloaded already stays" {
	local other
	other=$(ldconfig -p | awk '/libm\.so\.6/ { print $NF; exit }')
	LD_PRELOAD=$other run --separate-stderr "$LEAKSHIM" run -- "$PYTHON" -c \
		'import os; print(os.environ["LD_PRELOAD"])'
	[[ ${lines[0]} == *libleakshim.so*"$other"* ]]
}

@test "LEAKSHIM_LIBRARY that is not there is 125 and one line" {
	LEAKSHIM_LIBRARY=/not/there run --separate-stderr "$LEAKSHIM" run -- true
	[ "$status" -eq 125 ]
	[[ $stderr == *"/not/there"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "streams and arguments come through untouched" {
	run --separate-stderr bash -c 'printf "a\nb" | "$1" run -- "$2" -c "
import sys
sys.stdout.write(repr(sys.argv[1:]) + sys.stdin.read())
sys.stderr.write(\"err\")" "x y" "" --help' bash "$LEAKSHIM" "$PYTHON"
	[ "$output" = "['x y', '', '--help']a"$'\n'b ]
	[ "$stderr" = err ]
}

@test "verbs that are none" {
	run --separate-stderr "$LEAKSHIM" rum
	[ "$status" -eq 2 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"unknown verb 'rum': the verbs are run, attach, check"* ]]
	run --separate-stderr "$LEAKSHIM"
	[ "$status" -eq 2 ]
	for verb in "" run attach check status detach report doctor; do
		# An empty verb is none.
		# shellcheck disable=SC2086
		run --separate-stderr "$LEAKSHIM" $verb --help
		[ "$status" -eq 0 ]
		[[ $output == usage:* ]]
		[ -z "$stderr" ]
	done
	run "$LEAKSHIM" --version
	[ "$status" -eq 0 ]
	[[ $output =~ ^leakshim\ [0-9]+\.[0-9]+ ]]
}

# Run the arguments without /proc, or with one that has somebody else in our place.
in_surroundings() {
	local how=$1
	shift
	case $how in
	none) unshare --mount sh -c 'umount -l /proc && exec "$@"' sh "$@" ;;
	foreign) unshare --pid --fork "$@" ;;
	esac
}

@test "run: /proc is missing or of another PID namespace" {
	cat >lost.py <<-'END'
	import ctypes
	for i in range(50):
	    o = ['lost', i]
	    ctypes.pythonapi.Py_IncRef(ctypes.py_object(o))
	class Leaked(object):
	    pass
	import gc
	gc.disable()
	o = Leaked()
	o.itself = o
	del o
	print('done')
	END
	for how in none foreign; do
		in_surroundings $how true 2>/dev/null ||
			skip "no namespaces can be made here"
		run -23 --separate-stderr in_surroundings $how \
			"$LEAKSHIM" run --fail_on=unreachable "$PYTHON" lost.py
		[ "$output" = "done" ]
		[[ $stderr == *"missed: reachability: /proc is "* ]]
		[[ $stderr == *"Leaked"* ]]
		[[ $stderr != *"LOST REFERENCE"* ]]
		# By itself, nobody knows whether it is the first process.
		run -0 --separate-stderr in_surroundings $how env \
			LD_PRELOAD="$LEAKSHIM_SO" \
			LEAKSHIM_OPTIONS=exitcode=23:fail_on=unreachable \
			"$PYTHON" lost.py
		[[ $stderr == *"the exit status does not show the findings"* ]]
	done
}

@test "run: no shared memory to count in" {
	run -0 --separate-stderr "$LEAKSHIM" run "$PYTHON" -c "pass"
	[ -z "$stderr" ]
	run --separate-stderr env LEAKSHIM_RUN=999999999 LD_PRELOAD="$LEAKSHIM_SO" \
		"$PYTHON" -c "pass"
	[ "$status" -eq 0 ]
	[[ $stderr == "leakshim: findings of this process do not count"* ]]
}

# Where the sanitizers of the compiler are, or skip.
sanitizer() {
	local file
	file=$(${CC:-cc} -print-file-name="$1" 2>/dev/null) || file=
	[[ $file == /* ]] || skip "the compiler has no $1"
	readlink -f "$file"
}

@test "run: stands behind a sanitizer that is preloaded already" {
	asan=$(sanitizer libasan.so)
	export ASAN_OPTIONS=detect_leaks=0
	run --separate-stderr env LD_PRELOAD="$asan" "$PYTHON" -c 'print(1)'
	[ "$status$output$stderr" = 01 ] || skip "it does not run here: $stderr"
	run --separate-stderr env LD_PRELOAD="$asan" "$LEAKSHIM" run -- \
		"$PYTHON" -c 'print(1)'
	[ "$status$output$stderr" = 01 ]
	run --separate-stderr env LD_PRELOAD="$asan" "$LEAKSHIM" run \
		--fail_on=all -- "$PYTHON" -c '
class C(object): pass
c = C(); c.c = c; del c'
	echo "$stderr"
	[ "$status" -eq 23 ]
	[[ $stderr == *UNREACHABLE* ]]
}

@test "run: its place among what is preloaded" {
	mkdir d
	for order in "=S" "a:b=S:a:b" "d/libasan.so.8=d/libasan.so.8:S" \
		"d/libtsan.so.2:a=d/libtsan.so.2:S:a" \
		"a libasan.so.8:S:b=a:libasan.so.8:S:b" \
		"/x/libclang_rt.asan-x86_64.so=/x/libclang_rt.asan-x86_64.so:S" \
		"liblibasan.so:x=S:liblibasan.so:x" "S=S" ":S:=S"; do
		before=${order%%=*} after=${order#*=}
		# The loader complains of what is not there, and goes on.
		run --separate-stderr env LD_PRELOAD="${before//S/$LEAKSHIM_SO}" \
			"$LEAKSHIM" run -- printenv LD_PRELOAD
		echo "$order: $output"
		[ "$output" = "${after//S/$LEAKSHIM_SO}" ]
	done
}

@test "run: hands on the signal that asks for a check" {
	"$LEAKSHIM" run --signal=RTMIN+3 --format=json --log_path="$PWD/r" -- \
		"$PYTHON" -c '
import os, time
open("ready", "w").close()
while not os.path.exists("r"): time.sleep(0.01); [None] * 9' 3>&- &
	local pid=$!
	until [ -e ready ]; do sleep 0.02; done
	kill -RTMIN+3 "$pid"
	wait "$pid"
	jq -e '.process.trigger == "signal"' r
	jq -e '.process.trigger == "exit"' r.*
}
