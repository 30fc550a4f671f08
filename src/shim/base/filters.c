#include "config.h"

#include "shim/base/filters.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/options.h"
#include "common/readfile.h"
#include "shim/base/errortext.h"

struct filters filters;

static struct filters usual; /* while others are in force */
static atomic_bool has_others;

static void
complain(const char *option, const char *path, int error,
	 struct buf *complaints)
{
	const char *why = error == ENOENT ? "no such file" :
			  error == EFBIG  ? "it is too large" :
			  error == EINVAL ? "it is not a regular file" :
					    error_text(error);

	buf_printf(complaints, "leakshim: option %s: cannot read ", option);
	buf_shown(complaints, path, SIZE_MAX);
	if (why)
		buf_printf(complaints, ": %s\n", why);
	else
		buf_printf(complaints, ": error %d\n", error);
}

static void
read_suppressions(const char *path, struct buf *complaints)
{
	struct readfile f;
	int error = readfile_open(&f, path, SUPPRESSIONS_MAX_BYTES);

	filters.no_suppressions = "the file cannot be read";
	if (error) {
		complain("suppressions", path, error, complaints);
		return;
	}
	filters.has_suppressions =
		suppressions_parse(&filters.suppressions, path,
				   f.data ? f.data : "", f.n, complaints);
	filters.no_suppressions =
		!filters.has_suppressions       ? "no memory for its rules" :
		filters.suppressions.faults > 0 ? "lines that are not rules" :
						  NULL;
	if (!filters.has_suppressions)
		complain("suppressions", path, ENOMEM, complaints);
	readfile_close(&f);
}

static void
read_baseline(const char *path, struct buf *complaints)
{
	struct readfile f;
	int error = readfile_open(&f, path, BASELINE_MAX_BYTES);

	filters.no_baseline = "the file cannot be read";
	if (error) {
		complain("baseline", path, error, complaints);
		return;
	}
	filters.has_baseline = baseline_parse(
		&filters.baseline, path, f.data ? f.data : "", f.n, complaints);
	filters.no_baseline = filters.has_baseline ? NULL :
						     "it is not a "
						     "report";
	readfile_close(&f);
}

static void
drop(struct filters *f)
{
	suppressions_fini(&f->suppressions);
	baseline_fini(&f->baseline);
	*f = (struct filters){0};
}

void
filters_read(const struct options *o, struct buf *complaints)
{
	drop(&filters);
	if (o->suppressions[0])
		read_suppressions(o->suppressions, complaints);
	if (o->baseline[0])
		read_baseline(o->baseline, complaints);
}

void
filters_read_for_now(const struct options *o, struct buf *complaints)
{
	usual = filters;
	atomic_store(&has_others, true);
	filters = (struct filters){0};
	filters_read(o, complaints);
}

void
filters_put_back(void)
{
	struct filters others = filters;

	if (!atomic_load(&has_others))
		return;
	filters = usual;
	atomic_store(&has_others, false);
	drop(&others);
}

void
filters_forked(void)
{
	/*
	 * The others may be half dropped, by a thread that does not exist here.
	 */
	if (atomic_load(&has_others))
		filters = usual;
	atomic_store(&has_others, false);
}

bool
filters_are_unreadable(void)
{
	return (filters.no_suppressions && !filters.has_suppressions) ||
	       filters.no_baseline;
}
