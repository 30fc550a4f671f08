# leakshim python-path, and the recipes of README, as an installation has them.
load helper

# A prefix, and a project: its tests are clean, or leak.
installation() {
	mkdir -p prefix/bin prefix/lib prefix/share/leakshim/python
	cp "$LEAKSHIM" prefix/bin/leakshim
	cp "$LEAKSHIM_SO" prefix/lib/
	cp "$TOP_SRCDIR"/src/interface/*.py prefix/share/leakshim/python/
	mkdir project
	cat >project/test_app.py <<-'END'
		import ctypes
		import os
		import unittest

		class Test(unittest.TestCase):
		    def test_app(self):
		        for i in range(200):
		            items = [i]
		            if "LEAK" in os.environ:
		                ctypes.pythonapi.Py_IncRef(ctypes.py_object(items))
	END
}

# Debian's, which pytest is installed for.
with_pytest() {
	for each in /usr/bin/python3 "$PYTHON"; do
		if "$each" -c 'import pytest' 2>/dev/null; then
			ln -s "$each" prefix/bin/python
			return
		fi
	done
	skip "no Python of this machine has pytest (Debian: python3-pytest)"
}

# steps TITLE: the shell steps of a recipe, a line each.
steps() {
	sed -n "/^$1:\$/,/^[A-Z]/p" "$TOP_SRCDIR/README" | case $1 in
	GitHub*) sed -n 's/^ *run: //p' ;;
	GitLab*) sed -n 's/^ *- \(leakshim .*\)/\1/p' ;;
	tox) sed -n '/commands =/,$s/^        //p' ;;
	Makefile) sed -n 's/^    \t//p' | sed 's/\$\$/$/g' ;;
	esac
}

# recipe TITLE: run its steps on the project; the first failure is the status.
recipe() {
	local step status=0 n=0
	while read -r step; do
		n=$((n + 1))
		echo "+ $step"
		# As in CI, a report is shown whatever has failed.
		(cd project && PATH="$PWD/../prefix/bin:$PATH" sh -ec "$step") ||
			status=$?
	done < <(steps "$1")
	[ "$n" -gt 0 ]
	return $status
}

@test "python-path: next to the command, wherever it was moved" {
	installation
	run --separate-stderr prefix/bin/leakshim python-path
	[ "$status" -eq 0 ]
	[ "$output" = "$(realpath prefix/share/leakshim/python)" ]
	[ -z "$stderr" ]
	PYTHONPATH=$output run "$PYTHON" -c 'import leakshim; print(leakshim.is_active())'
	[ "$output" = False ]
}

@test "python-path: no arguments" {
	run --separate-stderr "$LEAKSHIM" python-path here
	[ "$status" -eq 2 ]
	[[ $stderr == *"unexpected argument 'here'"* ]]
	run --separate-stderr "$LEAKSHIM" python-path --help
	[ "$status" -eq 0 ]
	[[ $output == *"PYTHONPATH"* ]]
}

@test "README: the steps of each recipe pass, and fail with a leak" {
	installation
	with_pytest
	for title in "GitHub Actions" "GitLab CI" tox Makefile; do
		rm -f project/leaks-*.json
		run recipe "$title"
		echo "$title: $status $output"
		[ "$status" -eq 0 ]
		rm -f project/leaks-*.json
		LEAK=1 run recipe "$title"
		echo "$title, leaking: $status $output"
		[ "$status" -ne 0 ]
		[[ $output == *"LOST REFERENCE"*"test_app"* ]]
	done
}
