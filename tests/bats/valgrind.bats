# Under Memcheck: valgrind.supp leaves the program's own errors.
load helper

# memcheck CODE: what Memcheck says, of the program and of the clone.
memcheck() {
	command -v valgrind >/dev/null || skip "valgrind is not installed"
	valgrind -q true || skip "valgrind does not run here"
	LD_PRELOAD="$LEAKSHIM_SO" LEAKSHIM_OPTIONS=log_path=report:timeout=600 \
		valgrind --error-limit=no --log-file=vg.%p.log \
		--suppressions="$TOP_SRCDIR/src/shim/valgrind.supp" \
		"$PYTHON" -S -c "$1"
	cat vg.*.log
}

@test "a check makes no errors of its own, and those of the program stay" {
	memcheck '
import ctypes
class C(object): pass
c = C(); c.c = c; del c
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.memchr.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
at = libc.malloc(24)
ctypes.memset(at, 1, 24)
libc.memchr(at, 2, 25)
' >said
	grep -q UNREACHABLE report
	grep -E 'Invalid|Conditional|uninitialised' said | sort | uniq -c
	# One byte too far, by memchr().
	[ "$(grep -c 'Invalid read' said)" -eq 1 ]
	grep -A2 'Invalid read' said | grep -q memchr
	[ "$(grep -c 'ERROR SUMMARY' said)" -ge 1 ]
	[ "$(grep -c 'Conditional jump\|Use of uninit' said)" -eq 0 ]
}
