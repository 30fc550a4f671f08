#include "config.h"

#include "formats/html_text.h"

#include <stddef.h>

#include "common/buf.h"
#include "formats/escape.h"
#include "report/report.h"

void
html_text(struct buf *out, const char *s)
{
	escape_put(out, s, ESCAPE_XML);
}

void
html_code(struct buf *out, const char *s)
{
	buf_put(out, "<code>");
	html_text(out, s);
	buf_put(out, "</code>");
}

void
html_number(struct buf *out, int64_t v)
{
	char digits[32];
	size_t i, n = 0;
	uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	if (v == REPORT_UNKNOWN) {
		buf_put(out, "unknown");
		return;
	}
	do {
		digits[n++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (v < 0)
		buf_putc(out, '-');
	for (i = n; i-- > 0;) {
		buf_putc(out, digits[i]);
		if (i && i % 3 == 0)
			buf_putc(out, ',');
	}
}
