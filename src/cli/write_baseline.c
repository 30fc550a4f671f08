#include "config.h"

#include "cli/write_baseline.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/verdict.h"
#include "common/arena.h"
#include "common/baseline.h"
#include "common/buf.h"
#include "common/readfile.h"
#include "report/fingerprint.h"
#include "report/json.h"
#include "report/native.h"
#include "report/report.h"

enum { FRAMES = 5 }; /* as many as a fingerprint is made of */

/* The function that allocated the memory, without its path and offset. */
static void
simplify_asker(struct arena *a, const struct finding *from, struct finding *to)
{
	const struct report_native *asker =
		finding_is_memory(from) ? native_asker(from) : NULL;
	struct report_native *frame;
	const char *slash;

	if (!asker)
		return;
	frame = arena_grab(a, sizeof *frame);
	if (!frame)
		abort_for_memory();
	slash = strrchr(asker->module, '/');
	frame->function = asker->function;
	frame->module = slash ? slash + 1 : asker->module;
	frame->offset = REPORT_UNKNOWN;
	to->native = frame;
	to->n_native = 1;
}

/* What people need to find the place, and what does not move. */
static void
simplify(struct arena *a, const char *directory, const struct finding *from,
	 struct finding *to)
{
	size_t n = from->n_python < FRAMES ? from->n_python : FRAMES, i;
	struct report_line *lines = arena_array(a, n, sizeof *lines);
	struct report_type *types =
		arena_array(a, from->n_types, sizeof *types);

	if (!lines || !types)
		abort_for_memory();
	memset(to, 0, sizeof *to);
	memcpy(to->fingerprint, from->fingerprint, sizeof to->fingerprint);
	to->kind = from->kind;
	to->reason = from->reason;
	to->state = STATE_NEW;
	to->count = from->count;
	to->objects = from->objects;
	to->bytes = from->bytes;
	for (i = 0; i < from->n_types; i++) {
		types[i] = from->types[i];
		types[i].module_file = NULL;
	}
	to->types = types;
	to->n_types = from->n_types;
	for (i = 0; i < n; i++) {
		lines[i].function = from->python[i].function;
		lines[i].file =
			fingerprint_file(from->python[i].file, directory);
	}
	to->python = lines;
	to->n_python = n;
	to->allocation_known = n > 0;
	simplify_asker(a, from, to);
	to->refcount = to->references_found = to->references_lost =
		REPORT_UNKNOWN;
	to->hidden_type = from->hidden_type;
	to->hidden_member = from->hidden_member;
	to->growth_age_seconds = -1;
	to->is_printed = true;
}

static int
compare(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	return strcmp(x->fingerprint, y->fingerprint);
}

/* Nothing but the findings is known of it. */
static void
init_unknown(struct report *r)
{
	size_t k;

	memset(r, 0, sizeof *r);
	r->pid = r->ppid = REPORT_UNKNOWN;
	r->debug = r->free_threaded = r->gc_enabled = -1;
	r->heap_objects = r->heap_tracked = r->permanent = r->unreachable =
		r->blocks = r->heap_bytes = r->debug_flags = r->garbage =
			r->table_bytes = r->stacks = REPORT_UNKNOWN;
	r->pause_seconds = r->analysis_seconds = -1;
	for (k = 0; k < 3; k++)
		r->generations[k] = r->thresholds[k] = REPORT_UNKNOWN;
}

static void
collect(struct arena *a, const struct report *r, const struct verdict *v,
	struct report *out)
{
	char *directory = getcwd(NULL, 0);
	size_t i;

	init_unknown(out);
	out->findings = arena_array(a, r->n_findings, sizeof *out->findings);
	if (!out->findings)
		abort_for_memory();
	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if ((f->state == STATE_NEW || f->state == STATE_KNOWN) &&
		    verdict_concerns(v, f))
			simplify(a, directory, f,
				 &out->findings[out->n_findings++]);
	}
	qsort(out->findings, out->n_findings, sizeof *out->findings, compare);
	free(directory);
}

/* Next to the file, then in its place: readers see all or nothing. */
static int
replace(const char *path, const struct buf *text)
{
	mode_t mask = umask(0);
	char *temporary;
	int fd, error = 0;
	FILE *f;

	umask(mask);
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		abort_for_memory();
	fd = mkstemp(temporary);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		error = errno;
	} else {
		/* It is to be committed, so it is not a secret. */
		fchmod(fd, 0666 & ~mask);
		if (fwrite(text->data, 1, text->len, f) != text->len)
			error = errno;
		if (fclose(f) != 0 && !error)
			error = errno;
		if (!error && rename(temporary, path) != 0)
			error = errno;
		if (error)
			unlink(temporary);
	}
	free(temporary);
	if (error)
		complain("%s: %s", path, strerror(error));
	return error ? STATUS_FAILED : STATUS_OK;
}

/* The one that is there.  False: it is something else. */
static bool
read_old(const char *path, struct readfile *file, struct baseline *old)
{
	struct buf complaint;
	bool ok = true;
	int error = readfile_open(file, path, BASELINE_MAX_BYTES);

	memset(old, 0, sizeof *old);
	if (error == ENOENT)
		return true;
	if (error) {
		complain("%s: %s", path, strerror(error));
		return false;
	}
	buf_init(&complaint);
	if (file->n)
		ok = baseline_parse(old, path, file->data, file->n, &complaint);
	fputs(buf_string(&complaint), stderr);
	if (!ok)
		complain("%s: not a baseline; left unchanged", path);
	buf_fini(&complaint);
	return ok;
}

static void
say_what(const char *path, const struct report *r, const struct baseline *old,
	 bool is_changed)
{
	size_t i, n_kept = 0;
	struct buf b;

	for (i = 0; i < r->n_findings; i++)
		n_kept += baseline_has(old, r->findings[i].fingerprint);
	buf_init(&b);
	buf_count(&b, r->n_findings, "finding", "findings");
	printf("gate: %s: %s, %zu added, %zu removed%s\n", path, buf_string(&b),
	       r->n_findings - n_kept, old->n - n_kept,
	       is_changed ? "" : " (not written: nothing has changed)");
	buf_fini(&b);
}

int
write_baseline(const char *path, const struct report *r,
	       const struct verdict *v)
{
	struct readfile file;
	struct baseline old;
	struct arena arena;
	struct report new;
	struct buf text;
	bool is_changed;
	int status = STATUS_OK;

	if (!read_old(path, &file, &old))
		return STATUS_BAD_FILE;
	arena_init(&arena);
	buf_init(&text);
	collect(&arena, r, v, &new);
	report_json(&text, &new, false);
	if (text.failed)
		abort_for_memory();
	is_changed = text.len != file.n || memcmp(text.data, file.data, file.n);
	if (is_changed)
		status = replace(path, &text);
	if (status == STATUS_OK)
		say_what(path, &new, &old, is_changed);
	buf_fini(&text);
	arena_fini(&arena);
	baseline_fini(&old);
	readfile_close(&file);
	return status;
}
