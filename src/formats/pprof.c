#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "common/buf.h"
#include "formats/backtrace.h"
#include "formats/formats.h"
#include "formats/level.h"
#include "formats/pprof_tables.h"
#include "formats/protobuf.h"

/* Fields of google.perftools.profiles.Profile, Sample, Label and ValueType. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_TIME = 9,
	PROFILE_COMMENT = 13,
	PROFILE_DEFAULT_TYPE = 14,

	SAMPLE_LOCATIONS = 1,
	SAMPLE_VALUES = 2,
	SAMPLE_LABEL = 3,

	LABEL_KEY = 1,
	LABEL_STRING = 2,

	VALUE_TYPE = 1,
	VALUE_UNIT = 2,
};

static void
put_label(struct pprof *p, struct buf *sample, const char *key,
	  const char *value)
{
	struct buf m;

	if (!value || !*value)
		return;
	buf_init(&m);
	protobuf_number(&m, LABEL_KEY, pprof_string(p, key));
	protobuf_number(&m, LABEL_STRING, pprof_string(p, value));
	protobuf_message(sample, SAMPLE_LABEL, &m);
	buf_fini(&m);
}

static void
put_sample(struct pprof *p, struct buf *out, const struct finding *f)
{
	const char *type = f->n_types ? f->types[0].name : "object";
	struct frame *frames, leaf = {.function = type};
	struct buf sample, numbers;
	size_t i, n;

	buf_init(&sample);
	buf_init(&numbers);
	/* The innermost frame is what was left there, as in folded stacks. */
	protobuf_packed(&numbers, pprof_location(p, &leaf));
	frames = backtrace_of(&p->arena, f, &n);
	for (i = 0; i < n; i++)
		protobuf_packed(&numbers, pprof_location(p, &frames[i]));
	protobuf_message(&sample, SAMPLE_LOCATIONS, &numbers);
	/* The format has no value for unknown. */
	protobuf_packed(&numbers, f->objects < 0 ? 0 : f->objects);
	protobuf_packed(&numbers, f->bytes < 0 ? 0 : f->bytes);
	protobuf_message(&sample, SAMPLE_VALUES, &numbers);
	put_label(p, &sample, "kind", finding_kind_name(f->kind));
	put_label(p, &sample, "reason", finding_reason_name(f->reason));
	put_label(p, &sample, "state", finding_state_name(f->state));
	put_label(p, &sample, "type", type);
	put_label(p, &sample, "fingerprint", f->fingerprint);
	protobuf_message(out, PROFILE_SAMPLE, &sample);
	buf_fini(&numbers);
	buf_fini(&sample);
}

static void
put_type(struct pprof *p, struct buf *out, const char *type, const char *unit)
{
	struct buf m;

	buf_init(&m);
	protobuf_number(&m, VALUE_TYPE, pprof_string(p, type));
	protobuf_number(&m, VALUE_UNIT, pprof_string(p, unit));
	protobuf_message(out, PROFILE_SAMPLE_TYPE, &m);
	buf_fini(&m);
}

/* 0 is not written: the time is not known. */
static int64_t
nanoseconds(const char *time)
{
	struct tm tm = {0};
	int64_t ns;

	/* The field ends in the year 2262. */
	if (!time || !strptime(time, "%Y-%m-%dT%H:%M:%S", &tm) ||
	    __builtin_mul_overflow((int64_t)timegm(&tm), INT64_C(1000000000),
				   &ns))
		return 0;
	return ns;
}

/* Any of its frames has it. */
static const char *
build_id_of(const struct report *r, const char *module)
{
	size_t i, k;

	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		for (k = 0; k < f->n_native; k++)
			if (f->native[k].module &&
			    !strcmp(f->native[k].module, module))
				return f->native[k].build_id;
	}
	return NULL;
}

static void
put_profile(struct buf *out, const struct report *r)
{
	struct pprof p;
	int64_t comment;
	size_t i;

	pprof_init(&p);
	if (r->exe)
		pprof_mapping(&p, r->exe, build_id_of(r, r->exe));
	put_type(&p, out, "leaked_objects", "count");
	put_type(&p, out, "leaked_space", "bytes");
	for (i = 0; i < r->n_findings; i++)
		if (level_counts(&r->findings[i]))
			put_sample(&p, out, &r->findings[i]);
	comment = pprof_string(&p, r->exe);
	if (comment)
		protobuf_number(out, PROFILE_COMMENT, comment);
	protobuf_number(out, PROFILE_DEFAULT_TYPE,
			pprof_string(&p, "leaked_space"));
	protobuf_number(out, PROFILE_TIME, nanoseconds(r->time));
	pprof_put(&p, out);
	pprof_fini(&p);
}

/*
 * With no name and no time in the header, so that equal reports make equal
 * files.
 */
static void
put_gzip(struct buf *out, const struct buf *plain)
{
	enum { GZIP_WINDOW = 15 + 16, MEMORY = 8 };
	z_stream z;
	size_t room;
	void *data;

	memset(&z, 0, sizeof z);
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
			 MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		out->failed = true;
		return;
	}
	room = deflateBound(&z, plain->len);
	data = malloc(room);
	z.next_in = (Bytef *)plain->data;
	z.avail_in = (uInt)plain->len;
	z.next_out = data;
	z.avail_out = (uInt)room;
	if (!data || plain->len > UINT32_MAX / 2 ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		out->failed = true;
	else
		buf_putn(out, data, room - z.avail_out);
	free(data);
	deflateEnd(&z);
}

void
format_pprof(struct buf *out, const struct report *r,
	     const struct format_context *c)
{
	struct buf plain;

	(void)c;
	buf_init(&plain);
	put_profile(&plain, r);
	out->failed |= plain.failed;
	put_gzip(out, &plain);
	buf_fini(&plain);
}
