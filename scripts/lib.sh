# lib.sh - what the scripts share; read with `.', after top= is set

say() {
	printf '%s: %s\n' "${0##*/}" "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Each Debian package, and what it is for.
build_packages() {
	cat <<-'END'
		gcc              the compiler
		libc6-dev        the C library's headers
		make             the build
		autoconf         configure
		automake         Makefile.in
		libtool          the shared library
		pkg-config       where libraries are
		libjansson-dev   JSON, for the command
		libdw-dev        lines of native frames, for the command
		zlib1g-dev       profiles (--format=pprof), for the command
		libunwind-dev    native backtraces (native=)
		uthash-dev       hash tables
		python3          a Python to look at; the tests' own language
	END
}

test_packages() {
	# Debian's python3, as build_packages brought it: 3.11.2-1+b1.
	version=$(dpkg-query -W -f '${Version}' python3-minimal 2>/dev/null |
		cut -d. -f1,2)
	cat <<-END
		bats                    the command's tests
		jq                      reads reports in them
		python3-jsonschema      validates reports
		libjemalloc2            another malloc to live with
		python3-pytest          the pytest plugin
		python3-pytest-xdist    ... and several processes of it
		mandoc                  checks the man pages
		musl-tools              programs of another C library
		strace                  counts system calls
		valgrind                Memcheck sees no errors of ours
		binutils                checks what the library exports
		debootstrap             unpacks other Debian suites' Pythons
		debian-archive-keyring  whose packages it verifies
		python3-dbg             a debug build of Python
		libpython3-dev          Python embedded in a C program
		libpython${version:-3}-testsuite  CPython's own tests
		xz-utils                make distcheck
		graphviz                pictures of cycles
		protobuf-compiler       reads profiles
		golang-github-google-pprof-dev  by their own schema
		python3-junitparser     reads JUnit
		python3-prometheus-client  reads OpenMetrics
		python3-greenlet        stacks of its own, to attach to
		python3-numpy           buffers outside their objects
		pybind11-dev            extensions in C++
		shellcheck              checks the scripts
		cppcheck                ... and C
		clang-tidy              ... and C again
		clang-format            ... and its layout
	END
}

# Large ones, for readers that are only tried before a release.
reader_packages() {
	cat <<-'END'
		chromium-headless-shell  shows the HTML page
		fonts-dejavu-core        in letters
		golang-go                go tool pprof
	END
}

# The servers of tests/servers, and their clients.
server_packages() {
	cat <<-'END'
		gunicorn              forks workers
		python3-flask         for gunicorn
		python3-aiohttp       one asyncio loop
		uwsgi-core            embeds Python
		uwsgi-plugin-python3  this one
		python3-celery        tasks in forked workers
		redis-server          their broker
		python3-redis         to speak with it
		wrk                   load for HTTP
		apache2-utils         and another: ab
	END
}

# Programs with a Python in them (tests/hosts), beside uwsgi above.
host_packages() {
	cat <<-'END'
		gdb                     Python in a debugger
		vim-nox                 ... in an editor
		weechat-headless        ... in a chat client
		weechat-python          ... by this plugin
		postgresql-plpython3-15 ... in a database
		apache2                 ... in a web server
		libapache2-mod-wsgi-py3 ... by this module
		uwsgi-core              ... in an application server
		uwsgi-plugin-python3    ... by this plugin
	END
}

cross_packages() {
	cat <<-'END'
		gcc-aarch64-linux-gnu  the cross compiler
		libc6-dev-arm64-cross  its C library
	END
}

is_installed() {
	case $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) in
	*' ok installed') return 0 ;;
	*) return 1 ;;
	esac
}

# need_packages < LIST: install those that are missing, having said so.
need_packages() {
	command -v dpkg-query >/dev/null 2>&1 || {
		say "this is not Debian: nothing is installed; configure reports what is missing"
		return 0
	}
	wanted=
	lines=
	while read -r package what; do
		is_installed "$package" && continue
		wanted="$wanted $package"
		lines="$lines$(printf '  %-24s%s' "$package" "$what")
"
	done
	[ -n "$wanted" ] || return 0
	say "these Debian packages are missing and will be installed with apt-get:"
	printf '%s' "$lines"
	as_root=
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null 2>&1 ||
			die "not root, and no sudo here; ask root for: apt-get install$wanted"
		as_root=sudo
	fi
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update ||
		say "apt-get update failed; continuing with the existing package lists"
	# $wanted is a list of words.
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y --no-install-recommends install $wanted ||
		die "apt-get could not install:$wanted"
}

jobs_here() {
	nproc 2>/dev/null || echo 1
}

# build_in DIRECTORY [CONFIGURE-OPTION...]: configured once, again when the options
# differ; make does the rest.
build_in() {
	directory=$1
	shift
	[ -x "$top/configure" ] || (cd "$top" && ./autogen.sh) || return 1
	mkdir -p "$directory" || return 1
	if ! [ -e "$directory/Makefile" ] ||
		[ "$(cat "$directory/.options" 2>/dev/null)" != "$*" ]; then
		(cd "$directory" && "$top/configure" "$@") || return 1
		printf '%s\n' "$*" >"$directory/.options"
	fi
	make -C "$directory" -j "$(jobs_here)"
}

# Roots of other suites are made by root; the cache stays the user's.
fetch() {
	if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null 2>&1; then
		sudo env LEAKSHIM_CACHE="${LEAKSHIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/leakshim}" \
			"$top/scripts/$1"
	else
		"$top/scripts/$1"
	fi
}

fetch_pythons() {
	fetch fetch-pythons
}

fetch_packages() {
	fetch fetch-packages
}

# Where npm is there, print the directory of speedscope, which reads profiles.
speedscope_directory() {
	speedscope=${LEAKSHIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/leakshim}/speedscope
	if ! [ -e "$speedscope/package/dist" ]; then
		command -v npm >/dev/null 2>&1 || return 0
		mkdir -p "$speedscope" || return 0
		(cd "$speedscope" && npm pack --silent speedscope@1.25.0 &&
			tar -xzf speedscope-1.25.0.tgz) >/dev/null 2>&1 || return 0
	fi
	echo "$speedscope/package"
}

# run_tests DIRECTORY: `make check' there; tests_status is its exit status.
run_tests() {
	find "$1" -name '*.trs' -exec rm -f {} +
	make -C "$1" -j "$(jobs_here)" -k check VERBOSE=yes
	tests_status=$?
}

# If the tests cannot be run: print the closing line nevertheless.
stop_early() {
	say "$*"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}

# summary DIRECTORY: what run_tests() left there.  Its last line is the one that
# CI reads; false when something failed.  The .trs files count; the .log files
# next to them say which tests they were, and why one was skipped.  Failures come
# first, with the output of their tests, because a reader of another machine's log
# has nothing else; and once more in short at the end.
summary() {
	# Not what a distcheck that failed left behind: its step says so.
	results=$(find "$1" -name 'leakshim-[0-9]*' -prune -o \
		-name '*.trs' -print | sort)
	# shellcheck disable=SC2086
	awk -v status="$tests_status" '
	# Those of one reason, in a line: the interpreters that it has.
	function note_skip(line,    reason, python, place) {
		reason = line
		sub(/^.* # SKIP */, "", reason)
		sub(/ # SKIP.*$/, "", line)
		if (match(line, / [0-9]+ (- )?/)) {
			place = substr(line, 1, RSTART - 1)
			line = substr(line, RSTART + RLENGTH)
		}
		if (match(line, /^[a-z]+-[0-9.]+[a-z-]*: /)) {
			python = substr(line, 1, RLENGTH - 2)
			line = substr(line, RLENGTH + 1)
		}
		line = place " " line " # SKIP " reason
		if (!(line in pythons))
			skips[++n_skips] = line
		pythons[line] = pythons[line] (python ? " " python : "")
	}
	function name_results(file,    log_file, line, n, short, said) {
		log_file = short = file
		sub(/\.trs$/, ".log", log_file)
		while ((getline line < log_file) > 0) {
			if (line ~ /^SKIP: /) {
				note_skip(line)
				n++
			} else if (line ~ /^(FAIL|XPASS|ERROR): /) {
				brief = brief line "\n"
				failures = failures line "\n"
				said = 0
				n++
			} else if (line ~ /^#/ && n && said++ < 40) {
				failures = failures line "\n"
			} else if (line ~ /^(ok|not ok) /) {
				said = 40
			}
		}
		close(log_file)
		sub(/^.*\/tests\//, "tests/", short)
		sub(/^.*\/scripts\//, "scripts/", short)
		sub(/\.trs$/, "", short)
		if (!n)
			brief = brief "FAIL: " short "\n"
	}
	function close_file() {
		# A test program with failed assertions also ends with 1: once.
		failed += n_fail ? n_fail : n_error
		if (n_fail || n_error || n_skip)
			name_results(name)
		n_fail = n_error = n_skip = 0
	}
	FNR == 1 { close_file(); name = FILENAME }
	/^:test-result: (PASS|XFAIL)/ { passed++ }
	/^:test-result: (FAIL|XPASS)/ { n_fail++ }
	/^:test-result: ERROR/ { n_error++ }
	/^:test-result: SKIP/ { skipped++; n_skip++ }
	END {
		close_file()
		printf "\n%s", failures
		for (i = 1; i <= n_skips; i++)
			print skips[i] (pythons[skips[i]] ? \
			    " (" substr(pythons[skips[i]], 2) ")" : "")
		printf "%s", brief
		if (status && !failed) {
			print "FAIL: make check ended with status " status
			failed = 1
		}
		printf "%d passed, %d failed, %d skipped\n",
		    passed, failed, skipped
		exit failed != 0
	}' /dev/null $results
}
