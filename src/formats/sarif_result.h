/*
 * sarif_result.h - one finding as a result of a SARIF run
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory, the arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_SARIF_RESULT_H
#define LEAKSHIM_FORMATS_SARIF_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

struct arena;
struct format_context;
struct jsonwriter;

struct sarif {
	struct jsonwriter *w;
	struct arena *arena;
	const struct report *report;
	const struct format_context *context;
	bool has_baseline; /* one took part: what is not known is new */
};

/* rule is the index of its kind and reason among the rules. */
void sarif_result(struct sarif *s, const struct finding *f, size_t rule);

/* "uncollectable/legacy-finalizer". */
void sarif_rule_id(struct jsonwriter *w, const char *key,
		   enum finding_kind kind, enum finding_reason reason);

/* {"text": ...} */
void sarif_message(struct jsonwriter *w, const char *key, const char *text);

#endif /* LEAKSHIM_FORMATS_SARIF_RESULT_H */
