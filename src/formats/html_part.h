/*
 * html_part.h - the parts of the page that html.c puts together
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory, arenas of its own
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_HTML_PART_H
#define LEAKSHIM_FORMATS_HTML_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

struct buf;

/* All of them, with the bar that filters them. */
void html_findings(struct buf *out, const struct report *r);

/* A finding; svg is the picture of its cycle, n_svg bytes, or NULL. */
void html_finding(struct buf *out, const struct report *r,
		  const struct finding *f, const char *svg, size_t n_svg,
		  bool is_open);

/* What is known of its objects: a list of terms, a table of types. */
void html_facts(struct buf *out, const struct finding *f);
void html_types(struct buf *out, const struct finding *f);

/*
 * Where the bytes were allocated, as a flame graph; nothing without findings.
 */
void html_flame(struct buf *out, const struct report *r);

/* What the check saw and what it missed; the process; the collector. */
void html_coverage(struct buf *out, const struct report *r);
void html_process(struct buf *out, const struct report *r);

#endif /* LEAKSHIM_FORMATS_HTML_PART_H */
