#include "config.h"

#include "python/ownframes.h"

#include <string.h>

#include "python/api.h"
#include "python/code.h"
#include "python/frames.h"
#include "python/layout.h"
#include "python/locals.h"
#include "python/objects.h"
#include "python/peek.h"
#include "python/pytext.h"
#include "python/valuestack.h"

enum { MOST_FRAMES = 1 << 16, PATH_BYTES = 4096 };

static bool
is_own(const void *frame)
{
	static const char *const names[] = {"leakshim.py",
					    "pytest_leakshim.py"};
	static char path[PATH_BYTES]; /* the GIL is held */
	struct code_info code;
	const char *name;
	size_t i;

	if (!code_read(frames_code(frames_layout(), frame), &code) ||
	    !pytext_copy(code.filename, path, sizeof path))
		return false;
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

size_t
ownframes_count(size_t *n_all)
{
	const struct frame_layout *l = frames_layout();
	void *tstate = frames_tstate();
	void *f = l && tstate ? frames_first(l, tstate) : NULL;
	size_t n_own = 0;

	for (*n_all = 0; f && *n_all < MOST_FRAMES; f = frames_next(l, f)) {
		if (frames_is_shim(l, f))
			continue;
		if (n_own == *n_all && is_own(f))
			n_own++;
		++*n_all;
	}
	return n_own;
}

void
ownframes_next(const void **frame, const void **code, bool *runs_later)
{
	/* Generator, coroutine, asynchronous generator (Include/code.h). */
	enum { RUNS_LATER = 0x20 | 0x80 | 0x200 };
	const struct frame_layout *l = frames_layout();
	void *f = frames_first(l, frames_tstate());

	while (frames_is_shim(l, f) || is_own(f))
		f = frames_next(l, f);
	*frame = f;
	*code = frames_code(l, f);
	*runs_later = object_int(*code, l->code_flags) & RUNS_LATER;
}

size_t
ownframes_stacks(size_t n_own, struct span *out, size_t n_max)
{
	const struct frame_layout *l = frames_layout();
	void *f = frames_first(l, frames_tstate());
	size_t n = 0, n_seen = 0;

	for (; f && n < n_max; f = frames_next(l, f)) {
		if (frames_is_shim(l, f))
			continue;
		if (n_seen++ == n_own)
			break;
		n += valuestack_find(f, &out[n]);
	}
	return n;
}

struct search {
	const void *item;
	bool is_there;
};

static int
compare(void *held, void *ctx)
{
	struct search *s = ctx;

	s->is_there = held == s->item;
	return s->is_there;
}

/* Does a variable of the frames hold it? */
static bool
is_in_variable(const void *item)
{
	const struct frame_layout *l = frames_layout();
	struct search s = {item, false};
	void *f = frames_first(l, frames_tstate());
	size_t n;

	for (n = 0; f && n < MOST_FRAMES && !s.is_there;
	     f = frames_next(l, f), n++) {
		if (frames_is_shim(l, f))
			continue;
		if (!is_own(f))
			break;
		locals_visit(f, compare, &s);
	}
	return s.is_there;
}

bool
ownframes_has_arguments(uintptr_t address)
{
	enum { MOST_ITEMS = 4 }; /* self, and of __exit__() */
	const uintptr_t type = (uintptr_t)py.PyTuple_Type;
	uintptr_t n, i;

	if (!layout->calls_by_tuple || address & 7 || address < 4096 ||
	    peek_word(address + OB_TYPE, 0) != type)
		return false;
	n = peek_word(address + OB_SIZE, 0);
	if (!n || n > MOST_ITEMS)
		return false;
	for (i = 0; i < n; i++) {
		void *item = (void *)peek_word(
			address + layout->tuple_items + i * 8, 0);

		if (item != py._Py_NoneStruct && !is_in_variable(item))
			return false;
	}
	return true;
}
