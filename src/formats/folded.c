#include "config.h"

#include "common/arena.h"
#include "common/buf.h"
#include "formats/backtrace.h"
#include "formats/escape.h"
#include "formats/formats.h"
#include "formats/level.h"

static void
put_stack(struct buf *out, struct arena *a, const struct finding *f)
{
	struct buf label;
	struct frame *frames;
	size_t n;

	buf_init(&label);
	frames = backtrace_of(a, f, &n);
	if (!n)
		buf_put(out, "(unknown place);");
	while (n-- > 0) {
		buf_clear(&label);
		frame_put(&label, &frames[n]);
		escape_put(out, buf_string(&label), ESCAPE_FOLDED);
		buf_putc(out, ';');
	}
	/* The last frame is what was left there. */
	buf_clear(&label);
	buf_printf(&label, "%s [%s]", f->n_types ? f->types[0].name : "object",
		   finding_kind_name(f->kind));
	escape_put(out, buf_string(&label), ESCAPE_FOLDED);
	buf_printf(out, " %ld\n", f->bytes);
	buf_fini(&label);
}

/* "outermost;...;innermost;type [kind] BYTES" */
void
format_folded(struct buf *out, const struct report *r,
	      const struct format_context *c)
{
	struct arena arena;
	size_t i;

	(void)c;
	arena_init(&arena);
	for (i = 0; i < r->n_findings; i++)
		/* A finding of unknown size has no width. */
		if (level_counts(&r->findings[i]) && r->findings[i].bytes >= 0)
			put_stack(out, &arena, &r->findings[i]);
	arena_fini(&arena);
}
