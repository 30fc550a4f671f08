#include "config.h"

#include "analysis/audit/auditrows.h"

#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "python/auditable.h"
#include "python/edges.h"
#include "python/names.h"
#include "python/objects.h"
#include "report/omissions.h"
#include "report/report.h"

static enum audit_reason
reason_of(const struct audit_row *row)
{
	if (!(type_flags(row->key.type) & FLAG_HAVE_GC))
		return AUDIT_NO_GC_FLAG;
	return row->key.offset == OB_TYPE ? AUDIT_TYPE_NOT_VISITED :
					    AUDIT_MISSING_TRAVERSE;
}

/* "second", without the dot of an edge; NULL where nothing names it. */
static const char *
member_of(struct arena *a, const struct audit_row *row)
{
	const char *name = auditable_member(row->key.type, row->key.offset);
	char edge[EDGE_BYTES];

	if (name)
		return arena_string(a, name);
	if (edge_name(row->holder, row->target, edge) && edge[0] == '.')
		return arena_string(a, edge + 1);
	return NULL;
}

static const char *
advice_of(struct arena *a, const struct report_audit *row)
{
	const char *text;
	struct buf member, b;

	buf_init(&b);
	buf_init(&member);
	if (row->member)
		buf_printf(&member, "Py_VISIT(self->%s) (offset %ld)",
			   row->member, (long)row->offset);
	else
		buf_printf(&member, "Py_VISIT() for the member at offset %ld",
			   (long)row->offset);
	switch (row->reason) {
	case AUDIT_NO_GC_FLAG:
		buf_printf(&b,
			   "give it Py_TPFLAGS_HAVE_GC and a tp_traverse that "
			   "calls %s",
			   buf_string(&member));
		break;
	case AUDIT_TYPE_NOT_VISITED:
		buf_printf(&b,
			   "add to its tp_traverse: Py_VISIT(Py_TYPE(self)): "
			   "%s",
			   auditable_type_rule());
		break;
	default:
		buf_printf(&b, "add to its tp_traverse: %s",
			   buf_string(&member));
	}
	text = arena_string(a, buf_string(&b));
	buf_fini(&member);
	buf_fini(&b);
	return text;
}

static void
describe(struct arena *a, const struct audit_row *row, struct report_audit *out)
{
	out->type = name_of_type(a, row->key.type);
	out->module_file = module_file_of_type(a, row->key.type);
	out->reason = reason_of(row);
	out->offset = row->key.offset;
	out->member = member_of(a, row);
	out->instances = row->strong;
	out->target = name_of_class(a, row->target);
	out->advice = advice_of(a, out);
}

/* By reason, then by name: the order of two runs is the same. */
static int
compare(const struct report_audit *x, const struct report_audit *y)
{
	if (x->reason != y->reason)
		return (int)x->reason - (int)y->reason;
	if (strcmp(x->type, y->type))
		return strcmp(x->type, y->type);
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return strcmp(x->module_file ? x->module_file : "",
		      y->module_file ? y->module_file : "");
}

/* A class may be created repeatedly: all those of one name are one row. */
static void
add(struct report_audit *rows, size_t *n, const struct report_audit *row)
{
	size_t at = *n;

	while (at && compare(row, &rows[at - 1]) < 0)
		at--;
	if (at && !compare(row, &rows[at - 1])) {
		rows[at - 1].instances += row->instances;
		return;
	}
	memmove(&rows[at + 1], &rows[at], (*n - at) * sizeof *rows);
	rows[at] = *row;
	(*n)++;
}

bool
auditrows_report(struct arena *a, const struct audit *audit, struct report *r,
		 struct omissions *omissions)
{
	struct report_audit *rows, one;
	struct audit_row *row, *next;
	size_t n = HASH_COUNT(audit->rows);

	r->has_audit = true;
	rows = arena_array(a, n ? n : 1, sizeof *rows);
	if (!rows)
		return false;
	r->audit = rows;
	HASH_ITER(hh, audit->rows, row, next)
	{
		if (!audit_is_proven(row)) {
			omissions_count(omissions, OMISSION_AUDIT_FIELDS,
					row->strong > 0);
			continue;
		}
		describe(a, row, &one);
		add(rows, &r->n_audit, &one);
	}
	return !a->failed;
}
