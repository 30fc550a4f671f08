#include "config.h"

#include "report/order.h"

#include <string.h>

#include "report/report.h"

/* max_findings= first leaves out those that matter least. */
static int
rank(const struct finding *f)
{
	return f->state == STATE_KNOWN || f->state == STATE_SUPPRESSED;
}

int
order_compare(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int by_name;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	by_name = strcmp(x->fingerprint, y->fingerprint);
	return by_name ? by_name : (int)x->state - (int)y->state;
}
