# Programs whose C library is musl: the library loads there and does nothing.
# stderr and stderr_lines are set by run.
# shellcheck disable=SC2154
load helper

build() {
	command -v musl-gcc >/dev/null || skip "musl-gcc is not here"
	musl-gcc -w "$@" "$FIXTURES/musl.c" -o musl ||
		skip "musl-gcc does not work here"
	run ./musl
	[ "$status" -eq 5 ] || skip "musl programs do not run here"
}

# same COMMAND...: the same with the shim as without, and as under the command.
same() {
	local was
	run --separate-stderr env MUSL_VALUE=v "$@"
	was="$status $output $stderr"
	run --separate-stderr env MUSL_VALUE=v LD_PRELOAD="$LEAKSHIM_SO" "$@"
	echo "$*: bare: $was; shim: $status $output $stderr"
	[ "$status $output $stderr" = "$was" ]
	run --separate-stderr env MUSL_VALUE=v "$LEAKSHIM" run -- "$@"
	echo "command: $status $output $stderr"
	# Of a program that it is given, the command says that nothing watches.
	[ "$status $output $(sed '/^leakshim: .*musl/d' <<<"$stderr")" = "$was" ]
}

@test "musl: a program runs unchanged" {
	build
	same ./musl
	[ "$status" -eq 5 ]
	[[ $stderr == *"is not watched"*musl* ]]
	same ./musl word
	same ./musl abort
}

@test "musl: so does one that a shell of glibc starts" {
	build
	same bash -c './musl; echo $?; exec ./musl again'
	[[ $stderr != *leakshim* ]]
	same "$PYTHON" -c 'import subprocess; print(subprocess.call(["./musl"]))'
	[[ $output == *"a child"* ]]
}

@test "musl: a Python is declined, in one line when asked" {
	build -DPYTHON -rdynamic
	same ./musl
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" \
		LEAKSHIM_OPTIONS=verbosity=1 ./musl
	echo "$output" "$stderr"
	[ "$status" -eq 5 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"not watched"*"not glibc"* ]]
}

@test "no error of the loader is left behind for the program" {
	${CC:-cc} -w -pthread "$FIXTURES/musl.c" -o glibc ||
		skip "no C compiler is here"
	run --separate-stderr env LD_PRELOAD="$LEAKSHIM_SO" ./glibc word
	[ "$status" -eq 5 ]
	[ "${lines[0]}" = "1 - - word" ]
}
