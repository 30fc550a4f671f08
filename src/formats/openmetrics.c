#include "config.h"

#include <stddef.h>
#include <string.h>

#include "common/buf.h"
#include "formats/formats.h"
#include "formats/openmetrics_findings.h"
#include "report/missed.h"
#include "report/report.h"

/* ---- the process ---- */

static void
put_info(struct buf *out, const struct report *r)
{
	metric_head(out, "leakshim_check", "info", NULL,
		    "The check that these numbers are from");
	buf_put(out, "leakshim_check_info{");
	metric_label(out, "version", r->tool_version);
	metric_label(out, "python", r->python_version);
	metric_label(out, "linkage", r->linkage);
	metric_label(out, "exe", r->exe);
	metric_label(out, "trigger", r->trigger);
	metric_label(out, "tracking", r->tracking);
	buf_put(out, "} 1\n");
}

/* A number on its own; what is not known has no sample. */
static void
put_gauge(struct buf *out, const char *name, const char *unit, int64_t v,
	  const char *help)
{
	metric_head(out, name, "gauge", unit, help);
	if (v != REPORT_UNKNOWN)
		buf_printf(out, "%s %ld\n", name, v);
}

static void
put_seconds(struct buf *out, const char *name, double v, const char *help)
{
	metric_head(out, name, "gauge", "seconds", help);
	if (v < 0)
		return;
	buf_printf(out, "%s ", name);
	buf_decimal(out, v, 6);
	buf_putc(out, '\n');
}

static void
put_heap(struct buf *out, const struct report *r)
{
	put_gauge(out, "leakshim_heap_objects", NULL, r->heap_objects,
		  "Objects in the heap");
	put_gauge(out, "leakshim_heap_tracked_objects", NULL, r->heap_tracked,
		  "Objects that the collector tracks");
	put_gauge(out, "leakshim_heap_permanent_objects", NULL, r->permanent,
		  "Objects in the permanent generation");
	put_gauge(out, "leakshim_heap_unreachable_objects", NULL,
		  r->unreachable, "Cyclic garbage");
	put_gauge(out, "leakshim_heap_blocks", NULL, r->blocks,
		  "Blocks of memory");
	put_gauge(out, "leakshim_heap_bytes", "bytes", r->heap_bytes,
		  "Bytes in those blocks");
	put_gauge(out, "leakshim_gc_garbage_objects", NULL, r->garbage,
		  "Objects in gc.garbage");
	put_gauge(out, "leakshim_table_bytes", "bytes", r->table_bytes,
		  "Memory of leakshim's own tables");
	put_seconds(out, "leakshim_pause_seconds", r->pause_seconds,
		    "How long the check stopped the program");
	put_seconds(out, "leakshim_analysis_seconds", r->analysis_seconds,
		    "How long the analysis took");
}

/* ---- the collector ---- */

static void
put_generations(struct buf *out, const struct report *r, const char *name,
		const char *help, size_t offset)
{
	size_t k;

	metric_head(out, name, "counter", NULL, help);
	for (k = 0; k < r->n_gc; k++) {
		int64_t v;

		memcpy(&v, (const char *)&r->gc[k] + offset, sizeof v);
		if (v >= 0)
			buf_printf(out, "%s_total{generation=\"%lu\"} %ld\n",
				   name, k, v);
	}
}

static void
put_collector(struct buf *out, const struct report *r)
{
	size_t k;

	put_generations(out, r, "leakshim_gc_collections", "Collections",
			offsetof(struct report_generation, collections));
	put_generations(out, r, "leakshim_gc_collected_objects",
			"Objects that collections have freed",
			offsetof(struct report_generation, collected));
	put_generations(out, r, "leakshim_gc_uncollectable_objects",
			"Objects that collections could not free",
			offsetof(struct report_generation, uncollectable));
	metric_head(out, "leakshim_gc_seconds", "counter", "seconds",
		    "Time spent in collections");
	for (k = 0; k < r->n_gc; k++) {
		if (r->gc[k].seconds < 0)
			continue;
		buf_printf(out,
			   "leakshim_gc_seconds_total{generation=\"%lu\"} ", k);
		buf_decimal(out, r->gc[k].seconds, 6);
		buf_putc(out, '\n');
	}
}

/* ---- what the check could not see ---- */

static void
put_missed(struct buf *out, const struct report *r)
{
	size_t i, j;

	metric_head(out, "leakshim_missed", "gauge", NULL,
		    "What the check could not see; see coverage.missed");
	for (i = 0; i < r->n_missed; i++) {
		const char *what = r->missed[i].what;
		int64_t n = 0;

		for (j = 0; j < i && !missed_is(&r->missed[j], what); j++)
			;
		if (j < i)
			continue; /* added up at its first */
		for (; j < r->n_missed; j++)
			if (missed_is(&r->missed[j], what))
				n += r->missed[j].count == REPORT_UNKNOWN ?
					     1 :
					     r->missed[j].count;
		buf_put(out, "leakshim_missed{");
		metric_label(out, "what", what);
		buf_printf(out, "} %ld\n", n);
	}
}

void
format_openmetrics(struct buf *out, const struct report *r,
		   const struct format_context *c)
{
	(void)c;
	put_info(out, r);
	openmetrics_findings(out, r);
	put_heap(out, r);
	put_collector(out, r);
	put_missed(out, r);
	buf_put(out, "# EOF\n");
}
