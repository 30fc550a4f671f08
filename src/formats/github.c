#include "config.h"

#include "common/arena.h"
#include "common/buf.h"
#include "formats/backtrace.h"
#include "formats/escape.h"
#include "formats/formats.h"
#include "formats/level.h"
#include "formats/place.h"
#include "report/headline.h"
#include "report/missed.h"

/* The message is one line of the log: this is an end of line in it. */
#define NEW_LINE "%0A"

static void
put_title(struct buf *out, const struct finding *f)
{
	size_t start = out->len;

	buf_printf(out, "%s: ", finding_kind_name(f->kind));
	headline_counts(out, f);
	escape_from(out, start, ESCAPE_PROPERTY);
}

static void
put_frames(struct buf *out, const struct finding *f)
{
	struct arena arena;
	struct frame *frames;
	struct buf label;
	size_t i, n;

	arena_init(&arena);
	buf_init(&label);
	frames = backtrace_of(&arena, f, &n);
	if (n)
		buf_put(out, NEW_LINE "allocated at");
	for (i = 0; i < n; i++) {
		buf_clear(&label);
		frame_put(&label, &frames[i]);
		buf_put(out, NEW_LINE "  ");
		escape_put(out, buf_string(&label), ESCAPE_GITHUB);
	}
	buf_fini(&label);
	arena_fini(&arena);
}

static void
put_message(struct buf *out, const struct finding *f)
{
	size_t start = out->len;

	headline_put(out, f);
	escape_from(out, start, ESCAPE_GITHUB);
	if (f->advice) {
		buf_put(out, NEW_LINE "to fix: ");
		escape_put(out, f->advice, ESCAPE_GITHUB);
	}
	put_frames(out, f);
	buf_put(out, NEW_LINE "[");
	escape_put(out, f->fingerprint, ESCAPE_GITHUB);
	buf_putc(out, ']');
}

static void
put_annotation(struct buf *out, const struct report *r, const struct finding *f,
	       const struct format_context *c)
{
	bool is_error = level_of(f) == LEVEL_FAILS;
	struct place place;

	buf_put(out, is_error ? "::error " : "::warning ");
	if (place_find(r, f, &place)) {
		buf_put(out, "file=");
		escape_put(out, place_relative(place.file, c->root),
			   ESCAPE_PROPERTY);
		if (place.line > 0)
			buf_printf(out, ",line=%d", place.line);
		buf_putc(out, ',');
	}
	buf_put(out, "title=");
	put_title(out, f);
	buf_put(out, "::");
	put_message(out, f);
	buf_putc(out, '\n');
}

/* GitHub shows only some of them: what fails comes first. */
static void
put_all(struct buf *out, const struct report *r, const struct format_context *c,
	enum level level)
{
	size_t i;

	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].is_printed &&
		    level_of(&r->findings[i]) == level)
			put_annotation(out, r, &r->findings[i], c);
}

/* No annotation at all would look like no leaks. */
static void
put_missed(struct buf *out, const struct report *r)
{
	size_t i, start;

	for (i = 0; i < r->n_missed; i++) {
		const struct report_missed *m = &r->missed[i];

		if (!missed_is_said(m))
			continue;
		buf_put(out, missed_is(m, MISSED_ANALYSIS) ?
				     "::error title=leakshim::" :
				     "::warning title=leakshim::");
		start = out->len;
		buf_put(out, "not done, though asked for: ");
		missed_put(out, m);
		escape_from(out, start, ESCAPE_GITHUB);
		buf_putc(out, '\n');
	}
}

void
format_github(struct buf *out, const struct report *r,
	      const struct format_context *c)
{
	put_all(out, r, c, LEVEL_FAILS);
	put_missed(out, r);
	put_all(out, r, c, LEVEL_REPORTED);
}
