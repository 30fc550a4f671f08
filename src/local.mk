# The layers, lowest first; scripts/check-layers keeps the includes in order.
# Every .c file stands in one of these lists (scripts/check-lists).

noinst_LTLIBRARIES += \
	libcommon.la \
	libpython.la \
	libreport.la \
	libanalysis.la \
	libshim.la

libcommon_la_SOURCES = \
	%D%/common/arena.c \
	%D%/common/arena.h \
	%D%/common/arena_copy.c \
	%D%/common/attachpage.h \
	%D%/common/baseline.c \
	%D%/common/baseline.h \
	%D%/common/buf.c \
	%D%/common/buf.h \
	%D%/common/days.c \
	%D%/common/days.h \
	%D%/common/filefacts.c \
	%D%/common/filefacts.h \
	%D%/common/glibconly.h \
	%D%/common/hash.c \
	%D%/common/hash.h \
	%D%/common/jsonscan.c \
	%D%/common/jsonscan.h \
	%D%/common/kinds.def \
	%D%/common/numbers.c \
	%D%/common/numbers.h \
	%D%/common/options.c \
	%D%/common/options.def \
	%D%/common/options.h \
	%D%/common/ownmap.c \
	%D%/common/ownmap.h \
	%D%/common/pattern.c \
	%D%/common/pattern.h \
	%D%/common/procfs.c \
	%D%/common/procfs.h \
	%D%/common/readfile.c \
	%D%/common/readfile.h \
	%D%/common/restart.c \
	%D%/common/restart.h \
	%D%/common/sandbox.c \
	%D%/common/sandbox.h \
	%D%/common/siphash.c \
	%D%/common/siphash.h \
	%D%/common/spin.h \
	%D%/common/suggest.c \
	%D%/common/suggest.h \
	%D%/common/suppressions.c \
	%D%/common/suppressions.h \
	%D%/common/tally.h \
	%D%/common/words.c \
	%D%/common/words.h

libpython_la_SOURCES = \
	%D%/python/api.c \
	%D%/python/api.def \
	%D%/python/api.h \
	%D%/python/atexits.c \
	%D%/python/atexits.h \
	%D%/python/attributes.c \
	%D%/python/attributes.h \
	%D%/python/auditable.c \
	%D%/python/auditable.h \
	%D%/python/code.c \
	%D%/python/code.h \
	%D%/python/datastack.c \
	%D%/python/datastack.h \
	%D%/python/debugoffsets.c \
	%D%/python/debugoffsets.h \
	%D%/python/edges.c \
	%D%/python/edges.h \
	%D%/python/entries.c \
	%D%/python/entries.h \
	%D%/python/finalizers.c \
	%D%/python/finalizers.h \
	%D%/python/frames.c \
	%D%/python/frames.h \
	%D%/python/freelists.c \
	%D%/python/freelists.h \
	%D%/python/gclists.c \
	%D%/python/gclists.h \
	%D%/python/gil.c \
	%D%/python/gil.h \
	%D%/python/gilturn.c \
	%D%/python/gilturn.h \
	%D%/python/holds.c \
	%D%/python/holds.h \
	%D%/python/interpreters.c \
	%D%/python/interpreters.h \
	%D%/python/layout.c \
	%D%/python/layout.h \
	%D%/python/linetable.c \
	%D%/python/linetable.h \
	%D%/python/locals.c \
	%D%/python/locals.h \
	%D%/python/names.c \
	%D%/python/names.h \
	%D%/python/objects.c \
	%D%/python/objects.h \
	%D%/python/peek.c \
	%D%/python/peek.h \
	%D%/python/ownframes.c \
	%D%/python/ownframes.h \
	%D%/python/pending.c \
	%D%/python/pending.h \
	%D%/python/pymalloc.c \
	%D%/python/pymalloc.h \
	%D%/python/recognize.c \
	%D%/python/recognize.h \
	%D%/python/running.c \
	%D%/python/running.h \
	%D%/python/buffersizes.c \
	%D%/python/buffersizes.h \
	%D%/python/sizes.c \
	%D%/python/sizes.h \
	%D%/python/span.h \
	%D%/python/stringtable.c \
	%D%/python/stringtable.h \
	%D%/python/text.c \
	%D%/python/text.h \
	%D%/python/typecache.c \
	%D%/python/typecache.h \
	%D%/python/versioncache.c \
	%D%/python/versioncache.h

libreport_la_SOURCES = \
	%D%/report/advice.c \
	%D%/report/advice.h \
	%D%/report/advice_cut.c \
	%D%/report/advice_cut.h \
	%D%/report/advice_edge.c \
	%D%/report/advice_edge.h \
	%D%/report/copy.c \
	%D%/report/copy.h \
	%D%/report/counts.c \
	%D%/report/counts.h \
	%D%/report/cxxname.c \
	%D%/report/cxxname.h \
	%D%/report/filter.c \
	%D%/report/filter.h \
	%D%/report/fingerprint.c \
	%D%/report/fingerprint.h \
	%D%/report/headline.c \
	%D%/report/headline.h \
	%D%/report/json.c \
	%D%/report/json.h \
	%D%/report/json_finding.c \
	%D%/report/json_finding.h \
	%D%/report/jsonwriter.c \
	%D%/report/jsonwriter.h \
	%D%/report/kinds.c \
	%D%/report/kinds.h \
	%D%/report/missed.c \
	%D%/report/missed.h \
	%D%/report/native.c \
	%D%/report/native.h \
	%D%/report/omissions.c \
	%D%/report/omissions.def \
	%D%/report/omissions.h \
	%D%/report/order.c \
	%D%/report/order.h \
	%D%/report/output.c \
	%D%/report/output.h \
	%D%/report/report.h \
	%D%/report/sums.h \
	%D%/report/text.c \
	%D%/report/text.h \
	%D%/report/text_audit.c \
	%D%/report/text_audit.h \
	%D%/report/text_finding.c \
	%D%/report/text_finding.h \
	%D%/report/text_rules.c \
	%D%/report/text_rules.h \
	%D%/report/words.c

# The tool's own formats: pages, profiles, what CI systems read.
if BUILD_TOOL
noinst_LTLIBRARIES += libformats.la
BUILT_SOURCES += \
	%D%/formats/page.css.inc \
	%D%/formats/page.js.hash.inc \
	%D%/formats/page.js.inc
endif

libformats_la_SOURCES = \
	%D%/formats/catalog.c \
	%D%/formats/catalog.h \
	%D%/formats/cycle.c \
	%D%/formats/cycle.h \
	%D%/formats/dot.c \
	%D%/formats/escape.c \
	%D%/formats/escape.h \
	%D%/formats/folded.c \
	%D%/formats/formats.c \
	%D%/formats/formats.def \
	%D%/formats/formats.h \
	%D%/formats/frames.c \
	%D%/formats/frames.h \
	%D%/formats/github.c \
	%D%/formats/graphviz.c \
	%D%/formats/graphviz.h \
	%D%/formats/html.c \
	%D%/formats/html_coverage.c \
	%D%/formats/html_facts.c \
	%D%/formats/html_finding.c \
	%D%/formats/html_findings.c \
	%D%/formats/html_flame.c \
	%D%/formats/html_part.h \
	%D%/formats/junit.c \
	%D%/formats/level.c \
	%D%/formats/level.h \
	%D%/formats/openmetrics.c \
	%D%/formats/openmetrics_findings.c \
	%D%/formats/openmetrics_findings.h \
	%D%/formats/place.c \
	%D%/formats/place.h \
	%D%/formats/pprof.c \
	%D%/formats/pprof_tables.c \
	%D%/formats/pprof_tables.h \
	%D%/formats/protobuf.c \
	%D%/formats/protobuf.h \
	%D%/formats/sarif.c \
	%D%/formats/sarif_result.c \
	%D%/formats/sarif_result.h \
	%D%/formats/suppressions.c
libformats_la_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS)
libformats_la_LIBADD = $(ZLIB_LIBS)

# Files as string literals, to be included.
SUFFIXES += .css .js .css.inc .js.inc
.css.css.inc:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SED) -e 's/[\\"]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' $< >$@.new && \
	mv $@.new $@
.js.js.inc:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(SED) -e 's/[\\"]/\\&/g' -e 's/^/"/' -e 's/$$/\\n"/' $< >$@.new && \
	mv $@.new $@

# The page's security policy names its only script by the SHA-256.
%D%/formats/page.js.hash.inc: %D%/formats/page.js
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sha256sum <$(srcdir)/%D%/formats/page.js | cut -c1-64 | \
	tr abcdef ABCDEF | basenc -d --base16 | base64 | \
	$(SED) 's/.*/"&"/' >$@.new && mv $@.new $@

EXTRA_DIST += %D%/formats/page.css %D%/formats/page.js
CLEANFILES += \
	%D%/formats/page.css.inc \
	%D%/formats/page.js.hash.inc \
	%D%/formats/page.js.inc

libanalysis_la_SOURCES = \
	%D%/analysis/audit.c \
	%D%/analysis/audit.h \
	%D%/analysis/auditpair.c \
	%D%/analysis/auditpair.h \
	%D%/analysis/auditrows.c \
	%D%/analysis/auditrows.h \
	%D%/analysis/bigarray.c \
	%D%/analysis/bigarray.h \
	%D%/analysis/causes.c \
	%D%/analysis/causes.h \
	%D%/analysis/check.c \
	%D%/analysis/check.h \
	%D%/analysis/check_report.c \
	%D%/analysis/chunks.c \
	%D%/analysis/chunks.h \
	%D%/analysis/classes.c \
	%D%/analysis/classes.h \
	%D%/analysis/collected.c \
	%D%/analysis/collected.h \
	%D%/analysis/components.c \
	%D%/analysis/components.h \
	%D%/analysis/confirm.c \
	%D%/analysis/confirm.h \
	%D%/analysis/cycles.c \
	%D%/analysis/cycles.h \
	%D%/analysis/describe.c \
	%D%/analysis/describe.h \
	%D%/analysis/elffile.c \
	%D%/analysis/elffile.h \
	%D%/analysis/fastbins.c \
	%D%/analysis/fastbins.h \
	%D%/analysis/gather.c \
	%D%/analysis/gather.h \
	%D%/analysis/graph.c \
	%D%/analysis/graph.h \
	%D%/analysis/groups.c \
	%D%/analysis/groups.h \
	%D%/analysis/guards.c \
	%D%/analysis/guards.h \
	%D%/analysis/growth.c \
	%D%/analysis/growth.h \
	%D%/analysis/heap.c \
	%D%/analysis/heap.h \
	%D%/analysis/hidden.c \
	%D%/analysis/hidden.h \
	%D%/analysis/history.c \
	%D%/analysis/history.h \
	%D%/analysis/holders.c \
	%D%/analysis/holders.h \
	%D%/analysis/hindsight.c \
	%D%/analysis/hindsight.h \
	%D%/analysis/hubs.c \
	%D%/analysis/hubs.h \
	%D%/analysis/judge.c \
	%D%/analysis/judge.h \
	%D%/analysis/kin.c \
	%D%/analysis/kin.h \
	%D%/analysis/lines.c \
	%D%/analysis/lines.h \
	%D%/analysis/lost.c \
	%D%/analysis/lost.h \
	%D%/analysis/mallocchunk.h \
	%D%/analysis/mappedchunks.c \
	%D%/analysis/mappedchunks.h \
	%D%/analysis/maps.c \
	%D%/analysis/maps.h \
	%D%/analysis/measure.c \
	%D%/analysis/measure.h \
	%D%/analysis/members.c \
	%D%/analysis/members.h \
	%D%/analysis/memory.c \
	%D%/analysis/memory.h \
	%D%/analysis/mirror.c \
	%D%/analysis/mirror.h \
	%D%/analysis/outside.c \
	%D%/analysis/outside.h \
	%D%/analysis/owners.c \
	%D%/analysis/owners.h \
	%D%/analysis/pages.c \
	%D%/analysis/pages.h \
	%D%/analysis/pathnames.c \
	%D%/analysis/paths.c \
	%D%/analysis/paths.h \
	%D%/analysis/pieces.c \
	%D%/analysis/pieces.h \
	%D%/analysis/ranges.c \
	%D%/analysis/ranges.h \
	%D%/analysis/reach.c \
	%D%/analysis/reach.h \
	%D%/analysis/modules.c \
	%D%/analysis/modules.h \
	%D%/analysis/referents.c \
	%D%/analysis/referents.h \
	%D%/analysis/reserved.c \
	%D%/analysis/reserved.h \
	%D%/analysis/resurrected.c \
	%D%/analysis/resurrected.h \
	%D%/analysis/rings.c \
	%D%/analysis/rings.h \
	%D%/analysis/roots.c \
	%D%/analysis/roots.h \
	%D%/analysis/sites.c \
	%D%/analysis/sites.h \
	%D%/analysis/sort.c \
	%D%/analysis/sort.h \
	%D%/analysis/source.h \
	%D%/analysis/surplus.c \
	%D%/analysis/surplus.h \
	%D%/analysis/tables.c \
	%D%/analysis/tables.h \
	%D%/analysis/threadheaps.c \
	%D%/analysis/threadheaps.h \
	%D%/analysis/threadstacks.c \
	%D%/analysis/threadstacks.h \
	%D%/analysis/uncounted.c \
	%D%/analysis/uncounted.h \
	%D%/analysis/unfreed.c \
	%D%/analysis/unfreed.h \
	%D%/analysis/views.c \
	%D%/analysis/views.h \
	%D%/analysis/witness.c \
	%D%/analysis/witness.h

# The shim without what it exports: a unit test that linked those would be
# hooked itself.
libshim_la_SOURCES = \
	%D%/shim/asksignal.c \
	%D%/shim/asksignal.h \
	%D%/shim/atrest.c \
	%D%/shim/atrest.h \
	%D%/shim/background.c \
	%D%/shim/background.h \
	%D%/shim/boot.c \
	%D%/shim/boot.h \
	%D%/shim/callers.c \
	%D%/shim/callers.h \
	%D%/shim/callframe.c \
	%D%/shim/callframe.h \
	%D%/shim/callstack.c \
	%D%/shim/callstack.h \
	%D%/shim/capture.c \
	%D%/shim/capture.h \
	%D%/shim/cblocks.c \
	%D%/shim/cblocks.h \
	%D%/shim/channel.c \
	%D%/shim/channel.h \
	%D%/shim/clone.c \
	%D%/shim/clone.h \
	%D%/shim/codes.c \
	%D%/shim/codes.h \
	%D%/shim/collected.c \
	%D%/shim/collected.h \
	%D%/shim/doctor.c \
	%D%/shim/doctor.h \
	%D%/shim/enter.c \
	%D%/shim/enter.h \
	%D%/shim/errortext.c \
	%D%/shim/errortext.h \
	%D%/shim/exit27.c \
	%D%/shim/exit27.h \
	%D%/shim/export.h \
	%D%/shim/facts.c \
	%D%/shim/facts.h \
	%D%/shim/fault.c \
	%D%/shim/fault.h \
	%D%/shim/filters.c \
	%D%/shim/filters.h \
	%D%/shim/finish.c \
	%D%/shim/finish.h \
	%D%/shim/forks.c \
	%D%/shim/forks.h \
	%D%/shim/freelists.c \
	%D%/shim/freelists.h \
	%D%/shim/gcwatch.c \
	%D%/shim/gcwatch.h \
	%D%/shim/gcwatch27.c \
	%D%/shim/gcwatch27.h \
	%D%/shim/growths.c \
	%D%/shim/growths.h \
	%D%/shim/guard.c \
	%D%/shim/guard.h \
	%D%/shim/hooks.c \
	%D%/shim/hooks.h \
	%D%/shim/inspection.c \
	%D%/shim/inspection.h \
	%D%/shim/inspector.c \
	%D%/shim/inspector.h \
	%D%/shim/interrupted.c \
	%D%/shim/interrupted.h \
	%D%/shim/layer.c \
	%D%/shim/layer.h \
	%D%/shim/lineage.c \
	%D%/shim/lineage.h \
	%D%/shim/loaded.c \
	%D%/shim/loaded.h \
	%D%/shim/native.c \
	%D%/shim/native.h \
	%D%/shim/ownstatus.c \
	%D%/shim/ownstatus.h \
	%D%/shim/process.c \
	%D%/shim/process.h \
	%D%/shim/programstart.c \
	%D%/shim/programstart.h \
	%D%/shim/publish.c \
	%D%/shim/publish.h \
	%D%/shim/published.c \
	%D%/shim/published.h \
	%D%/shim/rawcall.h \
	%D%/shim/recycle.c \
	%D%/shim/recycle.h \
	%D%/shim/reftracer.c \
	%D%/shim/reftracer.h \
	%D%/shim/regions.c \
	%D%/shim/regions.h \
	%D%/shim/registers.h \
	%D%/shim/say.c \
	%D%/shim/say.h \
	%D%/shim/secondlook.c \
	%D%/shim/secondlook.h \
	%D%/shim/serve.c \
	%D%/shim/serve.h \
	%D%/shim/sidetable.c \
	%D%/shim/sidetable.h \
	%D%/shim/stacks.c \
	%D%/shim/stacks.h \
	%D%/shim/standstill.c \
	%D%/shim/standstill.h \
	%D%/shim/start.c \
	%D%/shim/start.h \
	%D%/shim/stopper.c \
	%D%/shim/stopper.h \
	%D%/shim/suspects.c \
	%D%/shim/suspects.h \
	%D%/shim/symbolizer.c \
	%D%/shim/symbolizer.h \
	%D%/shim/tasks.c \
	%D%/shim/tasks.h \
	%D%/shim/testhooks.c \
	%D%/shim/testhooks.h \
	%D%/shim/stdlib.c \
	%D%/shim/stdlib.h \
	%D%/shim/threadcache.c \
	%D%/shim/threadcache.h \
	%D%/shim/threadstate.h \
	%D%/shim/threadstate_other.c \
	%D%/shim/threadstate_x86_64.c \
	%D%/shim/trie.h \
	%D%/shim/triggers.c \
	%D%/shim/triggers.h \
	%D%/shim/turn.c \
	%D%/shim/turn.h

LAYERS = libshim.la libanalysis.la libreport.la libpython.la libcommon.la

# --- the library -----------------------------------------------------------

if BUILD_SHIM
lib_LTLIBRARIES += libleakshim.la
endif

libleakshim_la_SOURCES = \
	%D%/shim/api.c \
	%D%/shim/api.h \
	%D%/shim/bootarena.c \
	%D%/shim/bootarena.h \
	%D%/shim/entry.c \
	%D%/shim/interpose.h \
	%D%/shim/interpose_libc.c \
	%D%/shim/interpose_malloc.c \
	%D%/shim/interpose_py27.c \
	%D%/shim/interpose_signal.c \
	%D%/shim/interposed.def \
	%D%/shim/next.c \
	%D%/shim/next.h

# Without them gcc turns malloc() and memset() of a hook into calloc(): a call
# of calloc() inside calloc().
libleakshim_la_CFLAGS = $(AM_CFLAGS) -fno-builtin-malloc \
	-fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free

# nodelete: hooks stay reachable.  now: no look-up, so no lock of the loader,
# at the first call inside a hook.  libdl: dlsym() lives there before glibc
# 2.34, so a process without it must load it; newer linkers have no -ldl that
# would leave a trace, hence the file's full name.
libleakshim_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-no-undefined \
	-Wl,--version-script=$(top_srcdir)/%D%/shim/libleakshim.map \
	-Wl,--exclude-libs,ALL \
	-Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete \
	-Wl,--no-as-needed,-l:libdl.so.2,--as-needed
libleakshim_la_LIBADD = $(LAYERS)
EXTRA_libleakshim_la_DEPENDENCIES = %D%/shim/libleakshim.map
EXTRA_DIST += %D%/shim/libleakshim.map

# The command's hands in another process.
noinst_LTLIBRARIES += libattach.la
libattach_la_SOURCES = \
	%D%/attach/borrow.c \
	%D%/attach/borrow.h \
	%D%/attach/debugger.c \
	%D%/attach/debugger.h \
	%D%/attach/filter.c \
	%D%/attach/filter.h \
	%D%/attach/folder.c \
	%D%/attach/folder.h \
	%D%/attach/groups.c \
	%D%/attach/groups.h \
	%D%/attach/guardian.c \
	%D%/attach/guardian.h \
	%D%/attach/hold.c \
	%D%/attach/hold.h \
	%D%/attach/images.c \
	%D%/attach/images.h \
	%D%/attach/inject.c \
	%D%/attach/inject.h \
	%D%/attach/newborn.c \
	%D%/attach/newborn.h \
	%D%/attach/processor.h \
	%D%/attach/processor_other.c \
	%D%/attach/processor_x86_64.c \
	%D%/attach/program.c \
	%D%/attach/program.h \
	%D%/attach/refusal.c \
	%D%/attach/refusal.h \
	%D%/attach/remote.c \
	%D%/attach/remote.h \
	%D%/attach/safepoint.c \
	%D%/attach/safepoint.h \
	%D%/attach/script.c \
	%D%/attach/script.h \
	%D%/attach/session.c \
	%D%/attach/session.h \
	%D%/attach/supply.c \
	%D%/attach/supply.h

# --- the command -----------------------------------------------------------

if BUILD_TOOL
bin_PROGRAMS += leakshim
endif

leakshim_SOURCES = \
	%D%/cli/append_option.c \
	%D%/cli/attach.c \
	%D%/cli/attach_tree.c \
	%D%/cli/audit.c \
	%D%/cli/audit.h \
	%D%/cli/beside.c \
	%D%/cli/cli.h \
	%D%/cli/compare.c \
	%D%/cli/compare.h \
	%D%/cli/complain.c \
	%D%/cli/diff.c \
	%D%/cli/doctor.c \
	%D%/cli/forward.c \
	%D%/cli/forward.h \
	%D%/cli/gate.c \
	%D%/cli/inputs.c \
	%D%/cli/inputs.h \
	%D%/cli/library.c \
	%D%/cli/main.c \
	%D%/cli/python_path.c \
	%D%/cli/member.c \
	%D%/cli/member.h \
	%D%/cli/merge.c \
	%D%/cli/merge.h \
	%D%/cli/merge_head.c \
	%D%/cli/merge_head.h \
	%D%/cli/merge_checks.c \
	%D%/cli/merge_checks.h \
	%D%/cli/merge_rows.c \
	%D%/cli/merge_rows.h \
	%D%/cli/merge_shared.c \
	%D%/cli/merge_shared.h \
	%D%/cli/read_finding.c \
	%D%/cli/read_finding.h \
	%D%/cli/read_json.c \
	%D%/cli/read_json.h \
	%D%/cli/read_report.c \
	%D%/cli/read_report.h \
	%D%/cli/report.c \
	%D%/cli/room.c \
	%D%/cli/room.h \
	%D%/cli/run.c \
	%D%/cli/screen.c \
	%D%/cli/screen.h \
	%D%/cli/status.c \
	%D%/cli/symbolize.c \
	%D%/cli/symbolize.h \
	%D%/cli/target.c \
	%D%/cli/target.h \
	%D%/cli/tree.c \
	%D%/cli/tree.h \
	%D%/cli/verdict.c \
	%D%/cli/verdict.h \
	%D%/cli/wish.h \
	%D%/cli/write_baseline.c \
	%D%/cli/write_baseline.h
leakshim_CPPFLAGS = $(AM_CPPFLAGS) -DLIBDIR='"$(libdir)"' \
	-DPKGDATADIR='"$(pkgdatadir)"'
leakshim_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(LIBDW_CFLAGS)
leakshim_LDADD = libattach.la libformats.la libreport.la libpython.la \
	libcommon.la \
	$(JANSSON_LIBS) $(LIBDW_LIBS)

# --- interfaces -----------------------------------------------------------

dist_include_HEADERS += %D%/leakshim.h

helpersdir = $(pkgdatadir)/python
dist_helpers_DATA = \
	%D%/interface/leakshim.py \
	%D%/interface/pytest_leakshim.py

# --- data ------------------------------------------------------------------

dist_pkgdata_DATA = %D%/report/leakshim-report-1.schema.json \
	%D%/shim/valgrind.supp
