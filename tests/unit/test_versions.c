#include "config.h"

#include "python/versions.h"

#include <string.h>

#include "common/buf.h"
#include "python/debugoffsets.h"
#include "tap.h"

enum { MINORS = 100 };

static unsigned
python3(unsigned minor)
{
	return 3 << 8 | minor;
}

static unsigned
newest(void)
{
	unsigned minor = MINORS;

	while (minor && !versions_find(python3(minor)))
		minor--;
	return minor;
}

/* What no version lacks. */
static bool
is_complete(const struct layout *l)
{
	return l->gc_head_bytes && l->type_bytes && l->heap_type_bytes &&
	       l->tuple_items && l->function_code && l->code_names &&
	       l->generator_frame && l->bytes_items && l->unicode_data &&
	       !l->frame_locals != !l->iframe_locals && l->frame.tstate_frame &&
	       l->frame.back && l->frame.instruction && l->frame.code_table &&
	       l->dict && l->lines && l->struct_code_bytes && l->deque_block &&
	       l->block_alignment && l->pool_bytes && l->arena_bytes &&
	       l->signal_module;
}

static void
rows(void)
{
	unsigned minor, n_rows = 1, n_complete;
	const struct layout *l = versions_find(2 << 8 | 7);

	n_complete = l && is_complete(l);
	for (minor = 0; minor < MINORS; minor++) {
		l = versions_find(python3(minor));
		n_rows += l != NULL;
		n_complete +=
			l && l->version == python3(minor) && is_complete(l);
	}
	ok(n_rows >= 11, "2.7, and 3.6 to 3.15 at least");
	is_number(n_complete, n_rows, "complete rows");
	ok(!versions_find(2 << 8 | 6) && !versions_find(2 << 8 | 8) &&
		   !versions_find(python3(5)) && !versions_find(4 << 8),
	   "other versions have no row");
	ok(!versions_find(python3(newest() + 1)),
	   "the one after the newest has none either");
	ok(!layout->version && layout->tracer_from_micro == LAYOUT_NO_TRACER,
	   "none is in use before there is an interpreter");
}

static void
names(void)
{
	struct buf b, want;

	buf_init(&b);
	buf_init(&want);
	versions_print(&b);
	buf_printf(&want, "2.7 and 3.6 to 3.%u", newest());
	is_string(buf_string(&b), buf_string(&want), "they are named in short");
	buf_fini(&b);
	buf_fini(&want);
}

/* As an interpreter of that version would have them. */
static void
fill(uint64_t w[DEBUGOFFSETS_WORDS], unsigned version,
     const struct layout_debug *at)
{
	uint64_t *s = w + at->support;

	memset(w, 0, DEBUGOFFSETS_WORDS * sizeof *w);
	memcpy(w, "xdebugpy", 8);
	w[1] = (uint64_t)version << 16;
	w[6] = 4096; /* of an interpreter */
	w[at->thread_bytes] = 1024;
	s[1] = 256;             /* where the thread's support is */
	s[4] = sizeof(int32_t); /* the path follows the flag */
	s[5] = 512;
}

static const char *
answer(const uint64_t *w)
{
	struct debugoffsets out;
	const char *why = debugoffsets_read(w, &out);

	return why ? why : "";
}

static void
debuggers(void)
{
	static const char too_old[] = "remote debugging needs Python 3.14",
			  unknown[] = "the remote debugging interface of this";
	const struct layout *last = versions_find(python3(newest()));
	uint64_t w[DEBUGOFFSETS_WORDS] = {0};

	ok(!strncmp(answer(w), too_old, strlen(too_old)), "up to 3.12");
	fill(w, python3(13), &last->debug);
	ok(!strncmp(answer(w), too_old, strlen(too_old)), "3.13");
	fill(w, last->version, &last->debug);
	is_string(answer(w), "", "the newest");
	w[last->debug.support + 5]++;
	ok(!strncmp(answer(w), unknown, strlen(unknown)),
	   "the newest, but laid out in another way");
	fill(w, python3(newest() + 1), &last->debug);
	ok(!strncmp(answer(w), unknown, strlen(unknown)),
	   "the one after the newest, laid out as the newest");
}

int
main(void)
{
	rows();
	names();
	debuggers();
	return tap_done();
}
