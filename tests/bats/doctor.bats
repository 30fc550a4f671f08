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
