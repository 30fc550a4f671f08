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
	%D%/common/dirent64.h \
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
	%D%/common/oldsymbol.h \
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
	%D%/python/buffersizes.c \
	%D%/python/buffersizes.h \
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
	%D%/python/foreigngil.c \
	%D%/python/foreigngil.h \
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
	%D%/python/ownframes.c \
	%D%/python/ownframes.h \
	%D%/python/peek.c \
	%D%/python/peek.h \
	%D%/python/pending.c \
	%D%/python/pending.h \
	%D%/python/pyerror.h \
	%D%/python/pymalloc.c \
	%D%/python/pymalloc.h \
	%D%/python/recognize.c \
	%D%/python/recognize.h \
	%D%/python/running.c \
	%D%/python/running.h \
	%D%/python/sizes.c \
	%D%/python/sizes.h \
	%D%/python/span.h \
	%D%/python/stringtable.c \
	%D%/python/stringtable.h \
	%D%/python/typecache.c \
	%D%/python/typecache.h \
	%D%/python/pytext.c \
	%D%/python/pytext.h \
	%D%/python/valuestack.c \
	%D%/python/valuestack.h \
	%D%/python/versioncache.c \
	%D%/python/versioncache.h \
	%D%/python/versions.c \
	%D%/python/versions.h

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
	%D%/report/fields.def \
	%D%/report/filter.c \
	%D%/report/filter.h \
	%D%/report/findingnames.c \
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
	%D%/report/writing.c \
	%D%/report/writing.h

# The tool's own formats: pages, profiles, what CI systems read.
if BUILD_TOOL
noinst_LTLIBRARIES += libformats.la
BUILT_SOURCES += \
	%D%/formats/page.css.inc \
	%D%/formats/page.js.hash.inc \
	%D%/formats/page.js.inc
endif

libformats_la_SOURCES = \
	%D%/formats/backtrace.c \
	%D%/formats/backtrace.h \
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
	%D%/formats/html_text.c \
	%D%/formats/html_text.h \
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
	%D%/formats/suppressionfile.c
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
	%D%/analysis/audit/auditpair.c \
	%D%/analysis/audit/auditpair.h \
	%D%/analysis/audit/auditrows.c \
	%D%/analysis/audit/auditrows.h \
	%D%/analysis/audit/audittypes.c \
	%D%/analysis/audit/audittypes.h \
	%D%/analysis/base/bigarray.c \
	%D%/analysis/base/bigarray.h \
	%D%/analysis/base/classes.c \
	%D%/analysis/base/classes.h \
	%D%/analysis/base/elffile.c \
	%D%/analysis/base/elffile.h \
	%D%/analysis/base/lines.c \
	%D%/analysis/base/lines.h \
	%D%/analysis/base/mirror.c \
	%D%/analysis/base/mirror.h \
	%D%/analysis/base/modules.c \
	%D%/analysis/base/modules.h \
	%D%/analysis/base/ranges.c \
	%D%/analysis/base/ranges.h \
	%D%/analysis/base/sort.c \
	%D%/analysis/base/sort.h \
	%D%/analysis/base/source.c \
	%D%/analysis/base/source.h \
	%D%/analysis/check/check.c \
	%D%/analysis/check/check.h \
	%D%/analysis/check/check_report.c \
	%D%/analysis/check/doomed.c \
	%D%/analysis/check/doomed.h \
	%D%/analysis/check/judge.c \
	%D%/analysis/check/judge.h \
	%D%/analysis/check/resurrected.c \
	%D%/analysis/check/resurrected.h \
	%D%/analysis/check/surplus.c \
	%D%/analysis/check/surplus.h \
	%D%/analysis/check/unfreed.c \
	%D%/analysis/check/unfreed.h \
	%D%/analysis/cycles/components.c \
	%D%/analysis/cycles/components.h \
	%D%/analysis/cycles/cycles.c \
	%D%/analysis/cycles/cycles.h \
	%D%/analysis/cycles/graph.c \
	%D%/analysis/cycles/graph.h \
	%D%/analysis/growth/growth.c \
	%D%/analysis/growth/growth.h \
	%D%/analysis/growth/history.c \
	%D%/analysis/growth/history.h \
	%D%/analysis/growth/pathnames.c \
	%D%/analysis/growth/paths.c \
	%D%/analysis/growth/paths.h \
	%D%/analysis/growth/sites.c \
	%D%/analysis/growth/sites.h \
	%D%/analysis/heap/chunks.c \
	%D%/analysis/heap/chunks.h \
	%D%/analysis/heap/fastbins.c \
	%D%/analysis/heap/fastbins.h \
	%D%/analysis/heap/gather.c \
	%D%/analysis/heap/gather.h \
	%D%/analysis/heap/guards.c \
	%D%/analysis/heap/guards.h \
	%D%/analysis/heap/heap.c \
	%D%/analysis/heap/heap.h \
	%D%/analysis/heap/mallocchunk.h \
	%D%/analysis/heap/mappedchunks.c \
	%D%/analysis/heap/mappedchunks.h \
	%D%/analysis/heap/maps.c \
	%D%/analysis/heap/maps.h \
	%D%/analysis/heap/notcloned.c \
	%D%/analysis/heap/notcloned.h \
	%D%/analysis/heap/pages.c \
	%D%/analysis/heap/pages.h \
	%D%/analysis/heap/reserved.c \
	%D%/analysis/heap/reserved.h \
	%D%/analysis/heap/threadheaps.c \
	%D%/analysis/heap/threadheaps.h \
	%D%/analysis/islands/causes.c \
	%D%/analysis/islands/causes.h \
	%D%/analysis/islands/describe.c \
	%D%/analysis/islands/describe.h \
	%D%/analysis/islands/groups.c \
	%D%/analysis/islands/groups.h \
	%D%/analysis/islands/shared.c \
	%D%/analysis/islands/shared.h \
	%D%/analysis/islands/members.c \
	%D%/analysis/islands/members.h \
	%D%/analysis/islands/rings.c \
	%D%/analysis/islands/rings.h \
	%D%/analysis/reach/blocks.c \
	%D%/analysis/reach/blocks.h \
	%D%/analysis/reach/confirm.c \
	%D%/analysis/reach/confirm.h \
	%D%/analysis/reach/hidden.c \
	%D%/analysis/reach/hidden.h \
	%D%/analysis/reach/preattach.c \
	%D%/analysis/reach/preattach.h \
	%D%/analysis/reach/holders.c \
	%D%/analysis/reach/holders.h \
	%D%/analysis/reach/hubs.c \
	%D%/analysis/reach/hubs.h \
	%D%/analysis/reach/lost.c \
	%D%/analysis/reach/lost.h \
	%D%/analysis/reach/mark.c \
	%D%/analysis/reach/mark.h \
	%D%/analysis/reach/memory.c \
	%D%/analysis/reach/memory.h \
	%D%/analysis/reach/worklist.c \
	%D%/analysis/reach/worklist.h \
	%D%/analysis/reach/world.h \
	%D%/analysis/reach/reach.c \
	%D%/analysis/reach/reach.h \
	%D%/analysis/reach/referents.c \
	%D%/analysis/reach/referents.h \
	%D%/analysis/reach/roots.c \
	%D%/analysis/reach/roots.h \
	%D%/analysis/reach/hashtables.c \
	%D%/analysis/reach/hashtables.h \
	%D%/analysis/reach/threadstacks.c \
	%D%/analysis/reach/threadstacks.h \
	%D%/analysis/reach/uncounted.c \
	%D%/analysis/reach/uncounted.h \
	%D%/analysis/reach/views.c \
	%D%/analysis/reach/views.h \
	%D%/analysis/reach/witness.c \
	%D%/analysis/reach/witness.h \
	%D%/analysis/sizes/measure.c \
	%D%/analysis/sizes/measure.h \
	%D%/analysis/sizes/owners.c \
	%D%/analysis/sizes/owners.h

# The shim without what it exports: a unit test that linked those would be
# hooked itself.
libshim_la_SOURCES = \
	%D%/shim/base/arming.c \
	%D%/shim/base/arming.h \
	%D%/shim/base/channel.c \
	%D%/shim/base/channel.h \
	%D%/shim/base/clone.c \
	%D%/shim/base/clone.h \
	%D%/shim/base/errortext.c \
	%D%/shim/base/errortext.h \
	%D%/shim/base/export.h \
	%D%/shim/base/fault.c \
	%D%/shim/base/fault.h \
	%D%/shim/base/filters.c \
	%D%/shim/base/filters.h \
	%D%/shim/base/forkgate.c \
	%D%/shim/base/forkgate.h \
	%D%/shim/base/guard.c \
	%D%/shim/base/guard.h \
	%D%/shim/base/loaded.c \
	%D%/shim/base/loaded.h \
	%D%/shim/base/process.c \
	%D%/shim/base/process.h \
	%D%/shim/base/say.c \
	%D%/shim/base/say.h \
	%D%/shim/base/stdlib.c \
	%D%/shim/base/stdlib.h \
	%D%/shim/base/watched.c \
	%D%/shim/base/watched.h \
	%D%/shim/check/background.c \
	%D%/shim/check/background.h \
	%D%/shim/check/callstack.c \
	%D%/shim/check/callstack.h \
	%D%/shim/check/command.c \
	%D%/shim/check/command.h \
	%D%/shim/check/facts.c \
	%D%/shim/check/facts.h \
	%D%/shim/check/growths.c \
	%D%/shim/check/growths.h \
	%D%/shim/check/inspection.c \
	%D%/shim/check/inspection.h \
	%D%/shim/check/inspector.c \
	%D%/shim/check/inspector.h \
	%D%/shim/check/publish.c \
	%D%/shim/check/publish.h \
	%D%/shim/check/registers.h \
	%D%/shim/check/secondclone.c \
	%D%/shim/check/secondclone.h \
	%D%/shim/check/statuspage.c \
	%D%/shim/check/statuspage.h \
	%D%/shim/check/suspects.c \
	%D%/shim/check/suspects.h \
	%D%/shim/check/symbolizer.c \
	%D%/shim/check/symbolizer.h \
	%D%/shim/check/testhooks.c \
	%D%/shim/check/testhooks.h \
	%D%/shim/check/turn.c \
	%D%/shim/check/turn.h \
	%D%/shim/entry/boot.c \
	%D%/shim/entry/boot.h \
	%D%/shim/entry/diagnosis.c \
	%D%/shim/entry/diagnosis.h \
	%D%/shim/entry/enter.c \
	%D%/shim/entry/enter.h \
	%D%/shim/entry/forks.c \
	%D%/shim/entry/forks.h \
	%D%/shim/entry/serve.c \
	%D%/shim/entry/serve.h \
	%D%/shim/entry/start.c \
	%D%/shim/entry/start.h \
	%D%/shim/gc/collected.c \
	%D%/shim/gc/collected.h \
	%D%/shim/gc/gcwatch.c \
	%D%/shim/gc/gcwatch.h \
	%D%/shim/gc/gcwatch27.c \
	%D%/shim/gc/gcwatch27.h \
	%D%/shim/occasions/asksignal.c \
	%D%/shim/occasions/asksignal.h \
	%D%/shim/occasions/atrest.c \
	%D%/shim/occasions/atrest.h \
	%D%/shim/occasions/exit27.c \
	%D%/shim/occasions/exit27.h \
	%D%/shim/occasions/finish.c \
	%D%/shim/occasions/finish.h \
	%D%/shim/occasions/interrupted.c \
	%D%/shim/occasions/interrupted.h \
	%D%/shim/occasions/leftbehind.c \
	%D%/shim/occasions/leftbehind.h \
	%D%/shim/occasions/triggers.c \
	%D%/shim/occasions/triggers.h \
	%D%/shim/record/bigblocks.c \
	%D%/shim/record/bigblocks.h \
	%D%/shim/record/callers.c \
	%D%/shim/record/callers.h \
	%D%/shim/record/callframe.c \
	%D%/shim/record/callframe.h \
	%D%/shim/record/capture.c \
	%D%/shim/record/capture.h \
	%D%/shim/record/cblocks.c \
	%D%/shim/record/cblocks.h \
	%D%/shim/record/codes.c \
	%D%/shim/record/codes.h \
	%D%/shim/record/hooks.c \
	%D%/shim/record/hooks.h \
	%D%/shim/record/layer.c \
	%D%/shim/record/layer.h \
	%D%/shim/record/nativestack.c \
	%D%/shim/record/nativestack.h \
	%D%/shim/record/nofreelists.c \
	%D%/shim/record/nofreelists.h \
	%D%/shim/record/programstart.c \
	%D%/shim/record/programstart.h \
	%D%/shim/record/recorded.c \
	%D%/shim/record/recorded.h \
	%D%/shim/record/recycle.c \
	%D%/shim/record/recycle.h \
	%D%/shim/record/reftracer.c \
	%D%/shim/record/reftracer.h \
	%D%/shim/record/regions.c \
	%D%/shim/record/regions.h \
	%D%/shim/record/rounds.c \
	%D%/shim/record/rounds.h \
	%D%/shim/record/sharedblocks.c \
	%D%/shim/record/sharedblocks.h \
	%D%/shim/record/sidetable.c \
	%D%/shim/record/sidetable.h \
	%D%/shim/record/sidetable_walk.c \
	%D%/shim/record/slot.h \
	%D%/shim/record/stacks.c \
	%D%/shim/record/stacks.h \
	%D%/shim/record/sysmodules.c \
	%D%/shim/record/sysmodules.h \
	%D%/shim/record/threadcache.c \
	%D%/shim/record/threadcache.h \
	%D%/shim/stop/ownstatus.c \
	%D%/shim/stop/ownstatus.h \
	%D%/shim/stop/ptracer.c \
	%D%/shim/stop/ptracer.h \
	%D%/shim/stop/rawcall.h \
	%D%/shim/stop/standstill.c \
	%D%/shim/stop/standstill.h \
	%D%/shim/stop/stopper.c \
	%D%/shim/stop/stopper.h \
	%D%/shim/stop/tasks.c \
	%D%/shim/stop/tasks.h \
	%D%/shim/stop/threadstate.h \
	%D%/shim/stop/threadstate_other.c \
	%D%/shim/stop/threadstate_x86_64.c

LAYERS = libshim.la libanalysis.la libreport.la libpython.la libcommon.la

# --- the library -----------------------------------------------------------

if BUILD_SHIM
lib_LTLIBRARIES += libleakshim.la
endif

libleakshim_la_SOURCES = \
	%D%/shim/base/bootarena.c \
	%D%/shim/base/bootarena.h \
	%D%/shim/base/interpose.h \
	%D%/shim/base/interposed.def \
	%D%/shim/base/next.c \
	%D%/shim/base/next.h \
	%D%/shim/entry/entry.c \
	%D%/shim/entry/interpose_libc.c \
	%D%/shim/occasions/askapi.c \
	%D%/shim/occasions/askapi.h \
	%D%/shim/occasions/interpose_signal.c \
	%D%/shim/record/interpose_malloc.c \
	%D%/shim/record/interpose_py27.c \
	%D%/shim/stop/interpose_prctl.c

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
	%D%/attach/cgroups.c \
	%D%/attach/cgroups.h \
	%D%/attach/debugger.c \
	%D%/attach/debugger.h \
	%D%/attach/scriptdir.c \
	%D%/attach/scriptdir.h \
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
	%D%/attach/seccomp.c \
	%D%/attach/seccomp.h \
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
	%D%/cli/locate.c \
	%D%/cli/cli.h \
	%D%/cli/compare.c \
	%D%/cli/compare.h \
	%D%/cli/complain.c \
	%D%/cli/diff.c \
	%D%/cli/doctor.c \
	%D%/cli/forward_signals.c \
	%D%/cli/forward_signals.h \
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
	%D%/cli/merge_value.c \
	%D%/cli/merge_value.h \
	%D%/cli/read_finding.c \
	%D%/cli/read_finding.h \
	%D%/cli/read_json.c \
	%D%/cli/read_json.h \
	%D%/cli/read_report.c \
	%D%/cli/read_report.h \
	%D%/cli/report.c \
	%D%/cli/freememory.c \
	%D%/cli/freememory.h \
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
	%D%/cli/request.c \
	%D%/cli/request.h \
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
