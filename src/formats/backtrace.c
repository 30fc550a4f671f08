#include "config.h"

#include "formats/backtrace.h"

#include <string.h>

#include "common/arena.h"
#include "common/buf.h"

static struct frame
python_frame(const struct report_line *p)
{
	return (struct frame){p->function, p->file, p->line, NULL};
}

struct frame *
backtrace_of(struct arena *a, const struct finding *f, size_t *n)
{
	struct frame *all =
		arena_array(a, f->n_python + f->n_native, sizeof *all);
	size_t i, done = 0;

	*n = 0;
	if (!all)
		return NULL;
	for (i = 0; i < f->n_native; i++) {
		const struct report_native *p = &f->native[i];
		int runs = p->n_python;

		if (!runs)
			all[(*n)++] = (struct frame){p->function, p->file,
						     p->line, p};
		for (; runs > 0 && done < f->n_python; runs--)
			all[(*n)++] = python_frame(&f->python[done++]);
	}
	while (done < f->n_python)
		all[(*n)++] = python_frame(&f->python[done++]);
	return all;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void
frame_put(struct buf *out, const struct frame *p)
{
	const char *module = p->native ? p->native->module : NULL;

	if (!p->function && !p->file && module) {
		buf_put(out, base_name(module));
		if (p->native->offset != REPORT_UNKNOWN)
			buf_printf(out, "+0x%lx",
				   (unsigned long)p->native->offset);
		return;
	}
	buf_put(out, p->function ? p->function : "?");
	if (p->file) {
		buf_printf(out, " (%s", p->file);
		if (p->line > 0)
			buf_printf(out, ":%d", p->line);
		buf_putc(out, ')');
	} else if (module) {
		buf_printf(out, " (%s)", base_name(module));
	}
}

static bool
is_same_string(const char *x, const char *y)
{
	return x == y || (x && y && !strcmp(x, y));
}

bool
frame_is_same(const struct frame *x, const struct frame *y)
{
	if (!x->native != !y->native || x->line != y->line ||
	    !is_same_string(x->function, y->function) ||
	    !is_same_string(x->file, y->file))
		return false;
	return !x->native ||
	       (x->native->offset == y->native->offset &&
		is_same_string(x->native->module, y->native->module));
}
