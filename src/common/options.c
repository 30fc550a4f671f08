#include "config.h"

#include "common/options.h"

#include <ctype.h>
#include <string.h>

#include "common/buf.h"
#include "common/words.h"

enum kind { FORMAT, PATH, LIST, NUMBER, TRUTH, TRACK, BYTES, SIGNAL };

static const struct key {
	const char *name;
	enum kind kind;
	const char *initial;
	const char *meaning;
	size_t offset; /* in struct options */
} keys[] = {
#define OPTION(key, kind, initial, meaning)                                    \
	{#key, kind, initial, meaning, offsetof(struct options, key)},
#include "common/options.def"
#undef OPTION
};

enum { N_KEYS = sizeof keys / sizeof *keys, VALUE_BYTES = 4096 };

/* The greatest value of a NUMBER; the least is 0. */
static long
limit_of(const char *key)
{
	static const struct {
		const char *key;
		long limit;
	} limits[] = {
		{"exitcode", 255}, {"backtrace", 255}, {"native", 255},
		{"timeout", 86400}, {"check_every", 31536000},
		{"growth", 1000}, {"max_findings", 1000000000},
		{"verbosity", 2},
	};
	size_t i;

	for (i = 0; i < sizeof limits / sizeof *limits; i++)
		if (!strcmp(limits[i].key, key))
			return limits[i].limit;
	return 0;
}

static const struct key *
find_key(const char *name)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

/* Levenshtein distance of short words: how far a typing error is away. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[40], n = strlen(b), i, j;

	if (strlen(a) > 30 || n > 30)
		return 99;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (j = 1; j <= n; j++) {
			size_t above = row[j];
			size_t v = corner + (a[i - 1] != b[j - 1]);

			if (above + 1 < v)
				v = above + 1;
			if (row[j - 1] + 1 < v)
				v = row[j - 1] + 1;
			corner = above;
			row[j] = v;
		}
	}
	return row[n];
}

static void
complain_unknown(const char *name, struct buf *complaints)
{
	const char *best = NULL;
	size_t least = 3, i;

	for (i = 0; i < N_KEYS; i++) {
		size_t d = distance(name, keys[i].name);

		if (d < least) {
			least = d;
			best = keys[i].name;
		}
	}
	buf_printf(complaints, "leakshim: option '%.*s' is unknown: ", 60,
		   name);
	if (best)
		buf_printf(complaints, "did you mean '%s'?\n", best);
	else
		buf_put(complaints, "help=1 lists all\n");
}

static int
complain_value(const char *key, const char *value, const char *want,
	       struct buf *complaints)
{
	buf_printf(complaints, "leakshim: option %s: '%.*s' is not %s\n", key,
		   60, value, want);
	return -1;
}

static bool
parse_number(const char *s, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (v > UINT64_MAX / 10 - 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*out = v;
	return !*s;
}

/* 4096, 64k, 16M, 2G */
static bool
parse_bytes(const char *s, uint64_t *out)
{
	char digits[24];
	size_t n = strlen(s);
	int shift = 0;

	if (!n || n >= sizeof digits)
		return false;
	memcpy(digits, s, n + 1);
	switch (digits[n - 1]) {
	case 'k':
	case 'K':
		shift = 10;
		break;
	case 'M':
		shift = 20;
		break;
	case 'G':
		shift = 30;
		break;
	default:
		break;
	}
	if (shift)
		digits[n - 1] = '\0';
	if (!parse_number(digits, out) || *out > UINT64_MAX >> shift)
		return false;
	*out <<= shift;
	return true;
}

static int
set_text(char *field, size_t room, const char *key, const char *value,
	 struct buf *complaints)
{
	if (strlen(value) >= room)
		return complain_value(key, value, "short enough", complaints);
	memcpy(field, value, strlen(value) + 1);
	return 0;
}

static int
set_list(char *field, const char *key, const char *value,
	 struct buf *complaints)
{
	bool is_kinds = !strcmp(key, "kinds");
	const char *s = value;

	if (!*value)
		return complain_value(key, value,
				      is_kinds ? "auto, all or a list of kinds"
					       : "none, all or a list of kinds",
				      complaints);
	while (*s) {
		size_t n = strcspn(s, ",");

		if (!words_are_kind(s, n) &&
		    strcmp(value, is_kinds ? "auto" : "none")) {
			buf_printf(complaints,
				   "leakshim: option %s: '%.*s' is no kind "
				   "of finding: give KIND or KIND/REASON, as "
				   "uncollectable or unreachable/frozen\n",
				   key, (int)(n < 60 ? n : 60), s);
			return -1;
		}
		s += n + (s[n] == ',');
	}
	return set_text(field, OPTIONS_LIST_BYTES, key, value, complaints);
}

static int
set_track(struct options *o, const char *value, struct buf *complaints)
{
	uint64_t bytes;

	if (!strcmp(value, "all"))
		o->track = OPTIONS_TRACK_ALL;
	else if (!strcmp(value, "gc"))
		o->track = OPTIONS_TRACK_GC;
	else if (!strcmp(value, "none"))
		o->track = OPTIONS_TRACK_NONE;
	else if (!strncmp(value, "sample=", 7) &&
		 parse_bytes(value + 7, &bytes) && bytes) {
		o->track = OPTIONS_TRACK_SAMPLE;
		o->sample_bytes = bytes;
	} else {
		return complain_value("track", value,
				      "all, gc, none or sample=BYTES",
				      complaints);
	}
	return 0;
}

static int
set_number(int *field, const char *key, const char *value,
	   struct buf *complaints)
{
	uint64_t v;
	long limit = limit_of(key);

	if (!parse_number(value, &v) || v > (uint64_t)limit) {
		buf_printf(complaints,
			   "leakshim: option %s: '%.*s' is not a whole number "
			   "from 0 to %ld\n",
			   key, 60, value, limit);
		return -1;
	}
	*field = (int)v;
	return 0;
}

static int
set_value(struct options *o, const struct key *k, const char *value,
	  struct buf *complaints)
{
	void *field = (char *)o + k->offset;
	uint64_t v;
	int n;

	switch (k->kind) {
	case FORMAT:
		if (strcmp(value, "text") && strcmp(value, "json"))
			return complain_value(k->name, value, "text or json",
					      complaints);
		o->format = value[0] == 't' ? OPTIONS_FORMAT_TEXT :
					      OPTIONS_FORMAT_JSON;
		return 0;
	case PATH:
		if (!*value && !strcmp(k->name, "log_path"))
			return complain_value(k->name, value,
					      "a file name, stderr or stdout",
					      complaints);
		return set_text(field, OPTIONS_PATH_BYTES, k->name, value,
				complaints);
	case LIST:
		return set_list(field, k->name, value, complaints);
	case NUMBER:
		return set_number(field, k->name, value, complaints);
	case TRUTH:
		if (strcmp(value, "0") && strcmp(value, "1"))
			return complain_value(k->name, value, "0 or 1",
					      complaints);
		*(bool *)field = value[0] == '1';
		return 0;
	case TRACK:
		return set_track(o, value, complaints);
	case BYTES:
		if (!parse_bytes(value, &v))
			return complain_value(k->name, value,
					      "a number of bytes (as 64M)",
					      complaints);
		*(uint64_t *)field = v;
		return 0;
	case SIGNAL:
		n = words_signal(value);
		if (n < 0)
			return complain_value(k->name, value,
					      "a signal (as USR2) or 0",
					      complaints);
		*(int *)field = n;
		return 0;
	}
	return -1;
}

int
options_set(struct options *o, const char *key, const char *value,
	    struct buf *complaints)
{
	const struct key *k = find_key(key);

	if (!k) {
		complain_unknown(key, complaints);
		return -1;
	}
	if (set_value(o, k, value, complaints) != 0)
		return -1;
	if (!strcmp(key, "exitcode"))
		o->exitcode_given = true;
	return 0;
}

void
options_init(struct options *o)
{
	struct buf none;
	size_t i;

	memset(o, 0, sizeof *o);
	buf_init(&none);
	for (i = 0; i < N_KEYS; i++)
		set_value(o, &keys[i], keys[i].initial, &none);
	buf_fini(&none);
}

/*
 * One "key=value"; *s is left behind its ':'.  Quotes may stand around the
 * value.  False at the end of the text.
 */
static bool
next_entry(const char **s, char *key, char *value, bool *has_value)
{
	const char *p = *s;
	size_t n = 0;
	char quote;

	while (*p == ':')
		p++;
	if (!*p)
		return false;
	for (; *p && *p != '=' && *p != ':'; p++)
		if (n < VALUE_BYTES - 1)
			key[n++] = *p;
	key[n] = '\0';
	n = 0;
	*has_value = *p == '=';
	if (*has_value) {
		quote = p[1] == '\'' || p[1] == '"' ? p[1] : '\0';
		for (p += quote ? 2 : 1; *p && *p != (quote ? quote : ':');
		     p++)
			if (n < VALUE_BYTES - 1)
				value[n++] = *p;
		if (quote && *p == quote)
			p++;
		/* Between the closing quote and the next ':' nothing counts. */
		while (quote && *p && *p != ':')
			p++;
	}
	value[n] = '\0';
	*s = p;
	return true;
}

int
options_parse(struct options *o, const char *text, struct buf *complaints)
{
	char key[VALUE_BYTES], value[VALUE_BYTES];
	bool has_value;
	int faults = 0;

	while (next_entry(&text, key, value, &has_value)) {
		if (!has_value) {
			buf_printf(complaints,
				   "leakshim: option '%.*s' has no value: "
				   "write key=value, separated by ':'\n",
				   60, key);
			faults++;
		} else if (options_set(o, key, value, complaints) != 0) {
			faults++;
		}
	}
	return faults;
}

void
options_value(const struct options *o, const char *key, struct buf *out)
{
	const struct key *k = find_key(key);
	const void *field;

	if (!k)
		return;
	field = (const char *)o + k->offset;
	switch (k->kind) {
	case FORMAT:
		buf_put(out, o->format == OPTIONS_FORMAT_JSON ? "json" :
								"text");
		break;
	case PATH:
	case LIST:
		buf_put(out, field);
		break;
	case NUMBER:
	case SIGNAL:
		buf_printf(out, "%d", *(const int *)field);
		break;
	case TRUTH:
		buf_put(out, *(const bool *)field ? "1" : "0");
		break;
	case BYTES:
		buf_printf(out, "%lu", *(const uint64_t *)field);
		break;
	case TRACK:
		buf_put(out, o->track == OPTIONS_TRACK_ALL    ? "all" :
			     o->track == OPTIONS_TRACK_GC     ? "gc" :
			     o->track == OPTIONS_TRACK_SAMPLE ? "sample=" :
								"none");
		if (o->track == OPTIONS_TRACK_SAMPLE)
			buf_printf(out, "%lu", o->sample_bytes);
		break;
	}
}

void
options_help(const struct options *o, struct buf *out)
{
	size_t i;

	buf_put(out, "leakshim: options of LEAKSHIM_OPTIONS, as "
		     "key=value:key=value\n");
	for (i = 0; i < N_KEYS; i++) {
		buf_printf(out, "  %s=", keys[i].name);
		options_value(o, keys[i].name, out);
		buf_printf(out, "\n        %s\n", keys[i].meaning);
	}
}

void
options_append(struct buf *out, const char *key, const char *value)
{
	const char *quote = "";

	if (out->len)
		buf_putc(out, ':');
	if (strchr(value, ':') || value[0] == '\'' || value[0] == '"')
		quote = strchr(value, '\'') ? "\"" : "'";
	buf_printf(out, "%s=%s%s%s", key, quote, value, quote);
}

const char *
options_key(size_t i)
{
	return i < N_KEYS ? keys[i].name : NULL;
}

const char *
options_meaning(size_t i)
{
	return i < N_KEYS ? keys[i].meaning : NULL;
}
