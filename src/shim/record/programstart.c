#include "config.h"

#include "shim/record/programstart.h"

#include <stddef.h>
#include <string.h>

#include "python/frames.h"
#include "report/fingerprint.h"
#include "shim/record/codes.h"

bool programstart_pending = true;

/* The directory of the library, once one of its first modules has shown it. */
static char library[4096];

static bool is_library_told;

enum { MAX_DEPTH = 200 };

void
programstart_set_library(const char *directory)
{
	size_t n = strlen(directory);

	if (!library[0] && n < sizeof library)
		memcpy(library, directory, n + 1);
	is_library_told = true;
}

void
programstart_end(void)
{
	programstart_pending = false;
}

void
programstart_begin_anew(void)
{
	programstart_pending = true;
}

static const char *
last_part(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

/*
 * Every startup imports encodings, and 2.7 site and os before; from 3.11 on,
 * the others are frozen and have no path.
 */
static void
learn_library(const char *file)
{
	static const char *const tails[] = {"/encodings/__init__.py",
					    "/encodings/aliases.py", "/site.py",
					    "/os.py"};
	size_t n = strlen(file), i;

	for (i = 0; !library[0] && i < sizeof tails / sizeof *tails; i++) {
		size_t n_tail = strlen(tails[i]);

		if (n > n_tail && n - n_tail < sizeof library &&
		    !strcmp(file + n - n_tail, tails[i]))
			memcpy(library, file, n - n_tail);
	}
}

/*
 * Is site running below? What it imports (.pth files) is not the program yet.
 */
static bool
is_called_by_site(void *frame)
{
	const struct frame_layout *l = frames_layout();
	int depth;

	for (depth = 0; frame && depth < MAX_DEPTH; depth++) {
		const struct code_copy *c = NULL;
		bool is_new;

		if (!frames_is_shim(l, frame))
			c = codes_get(
				codes_intern(frames_code(l, frame), &is_new));
		if (c && (!strcmp(last_part(c->file), "site.py") ||
			  !strcmp(c->file, "<frozen site>")))
			return true;
		frame = frames_next(l, frame);
	}
	return false;
}

/*
 * What calls __init__ from 3.13 on has its name for a file (_Py_InitCleanup).
 */
static bool
is_interpreters(const struct code_copy *c)
{
	return c->file && c->function && !strcmp(c->file, c->function);
}

void
programstart_look(void *frame, uint32_t code)
{
	const struct code_copy *c;
	const char *name;

	if (!programstart_pending || !(c = codes_get(code)) ||
	    is_interpreters(c))
		return;
	learn_library(c->file);
	name = last_part(c->file);
	if (strcmp(name, "runpy.py") && strcmp(c->file, "<frozen runpy>") &&
	    is_stdlib_file(c->file, library[0] ? library : NULL))
		return;
	/* Before the library is known, its own first files look foreign. */
	if (!library[0] && !is_library_told && c->file[0] == '/')
		return;
	if (!is_called_by_site(frame))
		programstart_pending = false;
}
