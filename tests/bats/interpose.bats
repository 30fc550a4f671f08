# Each function that the library puts itself in front of, called before the
# library's constructor has run, and by what came later with a copy of its own.
load helper

build() {
	# CC is a list of words.
	# shellcheck disable=SC2086
	set -- ${CC:-cc}
	command -v "$1" >/dev/null || skip "no C compiler is here"
	set -- "$@" -g -fno-builtin -w -fPIC -Wl,-rpath,"$PWD" -L. \
		"$FIXTURES/early.c"
	"$@" -shared -DPYTHON -o libpy.so
	"$@" -shared -DALLOCATE -o libmalloc.so
	"$@" -shared -DCALL -o libcall.so -Wl,--no-as-needed -lpy
	"$@" -DHOST -o host
	"$@" -DHOST -o linked -Wl,--no-as-needed -lcall
}

# The names of the map, but for the interface.
interposed() {
	sed -n 's/^\t\([A-Za-z_]*\);$/\1/p' \
		"$TOP_SRCDIR/src/shim/libleakshim.map" | sort
}

# each_is_ok COMMAND...: it prints "NAME ok" for every name, and nothing else.
each_is_ok() {
	run --separate-stderr "$@"
	echo "$output"
	echo "$stderr"
	[ "$status" -eq 0 ]
	diff <(interposed | sed 's/$/ ok/') <(echo "$output" | sort)
}

@test "the constructor of a library that is initialized before ours" {
	build
	[ "$(interposed | wc -l)" -gt 20 ]
	env EARLY=1 LD_DEBUG=files LD_PRELOAD="$LEAKSHIM_SO" ./linked 2>&1 |
		grep -o 'calling init: .*/lib\(call\|leakshim\).so' >order
	sed -n 1p order | grep libcall
	each_is_ok env EARLY=1 ./linked
	each_is_ok env EARLY=1 LD_PRELOAD="$LEAKSHIM_SO" ./linked
}

@test "the same with another malloc than the C library's" {
	build
	each_is_ok env EARLY=1 LD_PRELOAD="./libmalloc.so" ./linked
	each_is_ok env EARLY=1 LD_PRELOAD="$LEAKSHIM_SO:./libmalloc.so" ./linked
}

@test "a library that is loaded for itself, with what it needs" {
	build
	each_is_ok env EARLY=1 ./host ./libcall.so
	each_is_ok env EARLY=1 LD_PRELOAD="$LEAKSHIM_SO" ./host ./libcall.so
}
