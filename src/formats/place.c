#include "config.h"

#include "formats/place.h"

#include <ctype.h>
#include <string.h>

#include "report/native.h"

bool
place_is_file(const char *file)
{
	return file && *file && *file != '<';
}

/* By their usual places: a report does not say where the libraries were. */
static bool
is_library(const char *file)
{
	static const char *const directories[] = {"/lib/python",
						  "/lib64/python"};
	size_t i;

	for (i = 0; i < sizeof directories / sizeof *directories; i++) {
		const char *at = strstr(file, directories[i]);

		if (at && isdigit((unsigned char)at[strlen(directories[i])]))
			return true;
	}
	return strstr(file, "/site-packages/") ||
	       strstr(file, "/dist-packages/");
}

static bool
find_frame(const struct finding *f, bool wants_own, struct place *out)
{
	size_t i;

	for (i = 0; i < f->n_python; i++) {
		const struct report_line *p = &f->python[i];

		if (!place_is_file(p->file) ||
		    (wants_own && is_library(p->file)))
			continue;
		*out = (struct place){p->file, p->function, p->line};
		return true;
	}
	return false;
}

static bool
find_other(const struct finding *f, struct place *out)
{
	const struct report_native *culprit = native_culprit(f);
	size_t i;

	if (culprit && place_is_file(culprit->file)) {
		*out = (struct place){culprit->file, culprit->function,
				      culprit->line};
		return true;
	}
	for (i = 0; i < f->n_finalizers; i++) {
		const struct report_finalizer *z = &f->finalizers[i];

		if (!place_is_file(z->file))
			continue;
		*out = (struct place){z->file, z->name, z->line};
		return true;
	}
	if (!f->n_types || !place_is_file(f->types[0].module_file))
		return false;
	*out = (struct place){f->types[0].module_file, NULL, 0};
	return true;
}

/* python -v script.py argument */
static const char *
find_program(const struct report *r)
{
	size_t i;

	for (i = 1; i < r->n_argv; i++) {
		size_t n = strlen(r->argv[i]);

		if (r->argv[i][0] != '-' && n > 3 &&
		    !strcmp(r->argv[i] + n - 3, ".py"))
			return r->argv[i];
	}
	return r->exe;
}

bool
place_find(const struct report *r, const struct finding *f, struct place *out)
{
	if (find_frame(f, true, out) || find_frame(f, false, out) ||
	    find_other(f, out))
		return true;
	*out = (struct place){find_program(r), NULL, 0};
	return place_is_file(out->file);
}

const char *
place_relative(const char *file, const char *root)
{
	size_t n = root ? strlen(root) : 0;

	while (n && root[n - 1] == '/')
		n--;
	if (n && !strncmp(file, root, n) && file[n] == '/' && file[n + 1])
		file += n + 1;
	while (!strncmp(file, "./", 2) && file[2])
		file += 2;
	return file;
}
