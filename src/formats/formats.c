#include "config.h"

#include "formats/formats.h"

#include <stddef.h>
#include <string.h>

#include "common/buf.h"
#include "report/json.h"
#include "report/text.h"

const struct format formats[] = {
#define FORMAT(name, function, says_missed, meaning) \
	{#name, function, says_missed, meaning},
#include "formats/formats.def"
#undef FORMAT
	{NULL, NULL, false, NULL},
};

const struct format *
format_find(const char *name)
{
	const struct format *f;

	for (f = formats; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

void
format_text(struct buf *out, const struct report *r,
	    const struct format_context *c)
{
	struct text_style style = {
		.colour = c->has_colour,
		.with_missed = true,
	};

	report_text(out, r, &style);
}

void
format_json(struct buf *out, const struct report *r,
	    const struct format_context *c)
{
	(void)c;
	report_json(out, r, false);
}
