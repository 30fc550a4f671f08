#include "config.h"

#include <stdint.h>

#include "common/buf.h"
#include "formats/formats.h"
#include "report/headline.h"
#include "report/report.h"

static void
put_place(struct buf *out, const struct finding *f)
{
	const struct report_line *p = f->python;

	if (!f->n_python || !p->file)
		return;
	buf_put(out, "#   allocated at ");
	buf_shown(out, p->file, SIZE_MAX);
	if (p->line > 0)
		buf_printf(out, ":%d", p->line);
	buf_put(out, " in ");
	buf_shown(out, p->function ? p->function : "?", SIZE_MAX);
	buf_putc(out, '\n');
}

void
format_suppressions(struct buf *out, const struct report *r,
		    const struct format_context *c)
{
	size_t i;

	(void)c;
	buf_put(out, "# Suppressions, see leakshim-suppressions(5).  A rule "
		     "with until=YYYY-MM-DD in\n# front of it expires.\n");
	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!f->is_printed || f->state != STATE_NEW)
			continue;
		buf_printf(out, "\n# %s ", headline_title(f->kind));
		headline_counts(out, f);
		buf_put(out, ": ");
		headline_put(out, f);
		buf_putc(out, '\n');
		put_place(out, f);
		buf_put(out, "fingerprint:");
		buf_shown(out, f->fingerprint, SIZE_MAX);
		buf_putc(out, '\n');
	}
}
