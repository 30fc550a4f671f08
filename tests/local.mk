# The tests.  Unit programs and the scripts of scripts/check-* print TAP
# themselves; .bats and .py files are run by their languages.

UNIT_TESTS = \
	%D%/unit/test_advice \
	%D%/unit/test_arena \
	%D%/unit/test_asksignal \
	%D%/unit/test_buf \
	%D%/unit/test_callframe \
	%D%/unit/test_capture \
	%D%/unit/test_chunks \
	%D%/unit/test_clone \
	%D%/unit/test_components \
	%D%/unit/test_counts \
	%D%/unit/test_cxxname \
	%D%/unit/test_cycles \
	%D%/unit/test_filter \
	%D%/unit/test_fingerprint \
	%D%/unit/test_fuzz \
	%D%/unit/test_graph \
	%D%/unit/test_groups \
	%D%/unit/test_heap \
	%D%/unit/test_history \
	%D%/unit/test_hubs \
	%D%/unit/test_json \
	%D%/unit/test_layout \
	%D%/unit/test_mappedchunks \
	%D%/unit/test_maps \
	%D%/unit/test_omissions \
	%D%/unit/test_options \
	%D%/unit/test_pages \
	%D%/unit/test_output \
	%D%/unit/test_ptracer \
	%D%/unit/test_recycle \
	%D%/unit/test_processor \
	%D%/unit/test_refusal \
	%D%/unit/test_restart \
	%D%/unit/test_sidetable \
	%D%/unit/test_siphash \
	%D%/unit/test_sort \
	%D%/unit/test_stacks \
	%D%/unit/test_standstill \
	%D%/unit/test_suppressions \
	%D%/unit/test_text \
	%D%/unit/test_threadstacks \
	%D%/unit/test_transfers \
	%D%/unit/test_versions \
	%D%/unit/test_worklist

# Of the tool's own layers.
TOOL_UNIT_TESTS = \
	%D%/unit/test_formats

# Built with sanitizers, whatever the rest is built with.
FUZZ_TESTS = \
	%D%/fuzz/fuzz_options.fuzz \
	%D%/fuzz/fuzz_report.fuzz \
	%D%/fuzz/fuzz_suppressions.fuzz

SCRIPT_TESTS = \
	scripts/check-cycles \
	scripts/check-format \
	scripts/check-headers \
	scripts/check-layers \
	scripts/check-lint \
	scripts/check-lists \
	scripts/check-man \
	scripts/check-recipes \
	scripts/check-versions \
	scripts/check-words

# It runs what it has compiled.
LAYOUT_TESTS = \
	scripts/gen-layout

SHIM_TESTS = \
	scripts/check-symbols

BATS_TESTS = \
	%D%/bats/attach.bats \
	%D%/bats/diff.bats \
	%D%/bats/doctor.bats \
	%D%/bats/gate.bats \
	%D%/bats/interpose.bats \
	%D%/bats/large.bats \
	%D%/bats/musl.bats \
	%D%/bats/odd.bats \
	%D%/bats/preload.bats \
	%D%/bats/recipes.bats \
	%D%/bats/report.bats \
	%D%/bats/run.bats \
	%D%/bats/summary.bats \
	%D%/bats/native.bats \
	%D%/bats/valgrind.bats \
	%D%/bats/unread.bats

MATRIX_TESTS = \
	%D%/matrix/test_abandoned.py \
	%D%/matrix/test_allocators.py \
	%D%/matrix/test_api.py \
	%D%/matrix/test_attach.py \
	%D%/matrix/test_audit.py \
	%D%/matrix/test_backtraces.py \
	%D%/matrix/test_buffers.py \
	%D%/matrix/test_chains.py \
	%D%/matrix/test_clean.py \
	%D%/matrix/test_closed.py \
	%D%/matrix/test_collected.py \
	%D%/matrix/test_descriptors.py \
	%D%/matrix/test_differential.py \
	%D%/matrix/test_faults.py \
	%D%/matrix/test_fingerprints.py \
	%D%/matrix/test_follow.py \
	%D%/matrix/test_fuzz_reports.py \
	%D%/matrix/test_gate.py \
	%D%/matrix/test_gcstats.py \
	%D%/matrix/test_growth.py \
	%D%/matrix/test_growth_weak.py \
	%D%/matrix/test_helper.py \
	%D%/matrix/test_preattach.py \
	%D%/matrix/test_hostile.py \
	%D%/matrix/test_identity.py \
	%D%/matrix/test_idle.py \
	%D%/matrix/test_innocents.py \
	%D%/matrix/test_last_thread.py \
	%D%/matrix/test_lives.py \
	%D%/matrix/test_loader.py \
	%D%/matrix/test_lost.py \
	%D%/matrix/test_malloc.py \
	%D%/matrix/test_marks.py \
	%D%/matrix/test_memory.py \
	%D%/matrix/test_merge.py \
	%D%/matrix/test_method.py \
	%D%/matrix/test_missed.py \
	%D%/matrix/test_native.py \
	%D%/matrix/test_own_findings.py \
	%D%/matrix/test_pause.py \
	%D%/matrix/test_pytest.py \
	%D%/matrix/test_recycle.py \
	%D%/matrix/test_refused.py \
	%D%/matrix/test_run_python.py \
	%D%/matrix/test_schema.py \
	%D%/matrix/test_sizeof.py \
	%D%/matrix/test_single.py \
	%D%/matrix/test_sizes.py \
	%D%/matrix/test_stages.py \
	%D%/matrix/test_startup.py \
	%D%/matrix/test_stuck.py \
	%D%/matrix/test_subinterpreters.py \
	%D%/matrix/test_textbook.py \
	%D%/matrix/test_threads.py \
	%D%/matrix/test_transparency.py \
	%D%/matrix/test_triggers.py \
	%D%/matrix/test_tree.py \
	%D%/matrix/test_unheard.py \
	%D%/matrix/test_unfreed.py \
	%D%/matrix/test_versions.py \
	%D%/matrix/test_unfinalized.py

# They need the command and no library: sanitizers see them, too.
TOOL_MATRIX_TESTS = \
	%D%/matrix/test_fields.py \
	%D%/matrix/test_formats.py \
	%D%/matrix/test_fuzz_formats.py

# --- unit ------------------------------------------------------------------

check_LTLIBRARIES += %D%/unit/libtap.la
%C%_unit_libtap_la_SOURCES = \
	%D%/unit/blocking.c \
	%D%/unit/blocking.h \
	%D%/unit/model.c \
	%D%/unit/model.h \
	%D%/unit/refuse.c \
	%D%/unit/refuse.h \
	%D%/unit/sample.c \
	%D%/unit/sample.h \
	%D%/unit/tap.c \
	%D%/unit/tap.h
# A unit program is its own .c file and the layers.
check_PROGRAMS += $(UNIT_TESTS)
LDADD = %D%/unit/libtap.la libattach.la $(LAYERS) -ldl
if BUILD_TOOL
check_PROGRAMS += $(TOOL_UNIT_TESTS)
endif
%C%_unit_test_formats_LDADD = libformats.la $(LDADD)

# --- fuzz ------------------------------------------------------------------

FLAGS_OF_FUZZ = $(AM_CFLAGS) $(JANSSON_CFLAGS) -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
LINK_OF_FUZZ = $(AM_LDFLAGS) -fsanitize=address,undefined
FUZZ_LIBS = %D%/fuzz/libfuzzed.la $(JANSSON_LIBS)

if HAVE_SANITIZERS
if BUILD_TOOL
if !CROSS
check_LTLIBRARIES += %D%/fuzz/libfuzzed.la
check_PROGRAMS += $(FUZZ_TESTS)
endif
endif
endif
# What they are thrown at: the layers, and the readers of the command.
%C%_fuzz_libfuzzed_la_SOURCES = \
	$(libcommon_la_SOURCES) \
	$(libreport_la_SOURCES) \
	src/cli/merge.c \
	src/cli/merge_checks.c \
	src/cli/merge_head.c \
	src/cli/merge_rows.c \
	src/cli/merge_shared.c \
	src/cli/merge_value.c \
	src/cli/read_finding.c \
	src/cli/read_json.c \
	src/cli/read_report.c \
	src/cli/verdict.c \
	src/formats/suppressionfile.c
%C%_fuzz_libfuzzed_la_CFLAGS = $(FLAGS_OF_FUZZ)

# Of one name with a function of the library, that of the program is linked.
FUZZ_COMMON = %D%/fuzz/arena_malloc.c %D%/fuzz/fuzz.c %D%/fuzz/fuzz.h
%C%_fuzz_fuzz_options_fuzz_SOURCES = %D%/fuzz/fuzz_options.c $(FUZZ_COMMON)
%C%_fuzz_fuzz_options_fuzz_CFLAGS = $(FLAGS_OF_FUZZ)
%C%_fuzz_fuzz_options_fuzz_LDFLAGS = $(LINK_OF_FUZZ)
%C%_fuzz_fuzz_options_fuzz_LDADD = $(FUZZ_LIBS)
%C%_fuzz_fuzz_report_fuzz_SOURCES = %D%/fuzz/fuzz_report.c $(FUZZ_COMMON)
%C%_fuzz_fuzz_report_fuzz_CFLAGS = $(FLAGS_OF_FUZZ)
%C%_fuzz_fuzz_report_fuzz_LDFLAGS = $(LINK_OF_FUZZ)
%C%_fuzz_fuzz_report_fuzz_LDADD = $(FUZZ_LIBS)
%C%_fuzz_fuzz_suppressions_fuzz_SOURCES = %D%/fuzz/fuzz_suppressions.c \
	$(FUZZ_COMMON)
%C%_fuzz_fuzz_suppressions_fuzz_CFLAGS = $(FLAGS_OF_FUZZ)
%C%_fuzz_fuzz_suppressions_fuzz_LDFLAGS = $(LINK_OF_FUZZ)
%C%_fuzz_fuzz_suppressions_fuzz_LDADD = $(FUZZ_LIBS)
EXTRA_DIST += %D%/fuzz/corpus
CLEANFILES += fuzz_options.input fuzz_report.input fuzz_suppressions.input

# --- what runs where -------------------------------------------------------

TESTS += $(SCRIPT_TESTS)
if !CROSS
TESTS += $(UNIT_TESTS) $(LAYOUT_TESTS)
if BUILD_TOOL
TESTS += $(TOOL_UNIT_TESTS)
if HAVE_SANITIZERS
TESTS += $(FUZZ_TESTS)
endif
if HAVE_PYTHON3
TESTS += $(TOOL_MATRIX_TESTS)
endif
endif
endif
if BUILD_SHIM
TESTS += $(SHIM_TESTS)
if !CROSS
if HAVE_PYTHON3
TESTS += $(MATRIX_TESTS)
endif
if BUILD_TOOL
if HAVE_BATS
TESTS += $(BATS_TESTS)
endif
endif
endif
endif

TEST_EXTENSIONS = .bats .fuzz .py
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
BATS_LOG_DRIVER = $(TAP_DRIVER)
BATS_LOG_COMPILER = $(BATS)
AM_BATS_LOG_FLAGS = --tap
# AddressSanitizer of gcc 12 may not find room for its shadow where the kernel
# moves mappings by 32 bits.
FUZZ_LOG_DRIVER = $(TAP_DRIVER)
FUZZ_LOG_COMPILER = $(UNMOVED)
PY_LOG_DRIVER = $(TAP_DRIVER)
PY_LOG_COMPILER = $(PYTHON3) -B

# Absolute, since tests work in directories of their own.
AM_TESTS_ENVIRONMENT = \
	unset LD_PRELOAD LEAKSHIM_OPTIONS; \
	LC_ALL=C.UTF-8; export LC_ALL; \
	LEAKSHIM='$(abs_top_builddir)/leakshim'; export LEAKSHIM; \
	LEAKSHIM_SO='$(abs_top_builddir)/.libs/libleakshim.so'; \
	export LEAKSHIM_SO; \
	FIXTURES='$(abs_top_srcdir)/tests/fixtures'; export FIXTURES; \
	PYTHONS='$(abs_top_builddir)/tests/pythons.list'; export PYTHONS; \
	TOP_SRCDIR='$(abs_top_srcdir)'; export TOP_SRCDIR; \
	TOP_BUILDDIR='$(abs_top_builddir)'; export TOP_BUILDDIR; \
	CC='$(CC)'; export CC; CPPFLAGS='$(CPPFLAGS)'; export CPPFLAGS; \
	NM='$(NM)'; export NM; READELF='$(READELF)'; export READELF;

# Anew for each `make check': interpreters come and go.
check_DATA += tests/pythons.list
tests/pythons.list: FORCE
	$(AM_V_GEN)$(MKDIR_P) tests && \
	$(top_srcdir)/tests/pythons >$@.new && mv $@.new $@
FORCE:
.PHONY: FORCE
CLEANFILES += tests/pythons.list tests/pythons.list.new

dist_noinst_SCRIPTS += %D%/browser %D%/corpus %D%/flicker %D%/hostile \
	%D%/hosts %D%/luck %D%/pythons \
	%D%/run-python
# Whole directories: what a test needs beside itself is not listed.
EXTRA_DIST += %D%/bats %D%/bench %D%/clean %D%/fixtures %D%/golden %D%/matrix
EXTRA_DIST += %D%/cases %D%/readers
