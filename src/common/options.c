#include "config.h"

#include "common/options.h"

#include <string.h>

#include "common/buf.h"
#include "common/numbers.h"
#include "common/suggest.h"
#include "common/words.h"

enum kind { FORMAT, PATH, LIST, NUMBER, TRUTH, TRACK, BYTES, SIGNAL };

static const struct key {
	const char *name;
	enum kind kind;
	const char *initial;
	const char *meaning;
	size_t offset; /* in struct options */
} keys[] = {
#define OPTION(key, kind, initial, meaning) \
	{#key, kind, initial, meaning, offsetof(struct options, key)},
#include "common/options.def"
#undef OPTION
};

enum {
	N_KEYS = sizeof keys / sizeof *keys,
	KEY_BYTES = 64,                       /* more than any key has */
	VALUE_BYTES = OPTIONS_PATH_BYTES + 1, /* to notice long ones */
	SHOWN_BYTES = 60,                     /* of the text in a complaint */
};

/* The greatest value of a NUMBER; the least is 0. */
static long
limit_of(const char *key)
{
	static const struct {
		const char *key;
		long limit;
	} limits[] = {
		{"exitcode", 255},
		{"backtrace", 255},
		{"native", 255},
		{"timeout", 86400},
		{"check_every", 31536000},
		{"growth", 1000},
		{"max_findings", 1000000000},
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

/* What was given, truncated and without terminal control characters. */
static void
put_given(struct buf *b, const char *s)
{
	size_t n = strlen(s) < SHOWN_BYTES ? strlen(s) : SHOWN_BYTES;

	buf_putc(b, '\'');
	buf_shown(b, s, n);
	buf_put(b, s[n] ? "...'" : "'");
}

static void
complain_unknown(const char *name, struct buf *complaints)
{
	const char *near = suggest(name, options_key);

	buf_put(complaints, "leakshim: option ");
	put_given(complaints, name);
	buf_put(complaints, " is unknown: ");
	if (near)
		buf_printf(complaints, "did you mean '%s'?\n", near);
	else
		buf_put(complaints, "help=1 lists all\n");
}

static int
complain_value(const char *key, const char *value, const char *want,
	       struct buf *complaints)
{
	buf_printf(complaints, "leakshim: option %s: ", key);
	put_given(complaints, value);
	buf_printf(complaints, " is not %s\n", want);
	return -1;
}

static int
set_text(char *field, size_t room, const char *key, const char *value,
	 struct buf *complaints)
{
	if (strlen(value) >= room) {
		buf_printf(complaints,
			   "leakshim: option %s: the value is longer than %lu "
			   "bytes\n",
			   key, room - 1);
		return -1;
	}
	memcpy(field, value, strlen(value) + 1);
	return 0;
}

/* The kind or reason that a word of a list was meant to be, or NULL. */
static const char *
nearest_word(const char *word)
{
	const char *slash = strchr(word, '/');

	if (slash && words_are_kind(word, (size_t)(slash - word)))
		return suggest(slash + 1, words_reason);
	return slash ? NULL : suggest(word, words_kind);
}

static int
complain_word(const char *key, const char *s, size_t n, struct buf *complaints)
{
	char word[SHOWN_BYTES + 1];
	const char *near;

	n = n < SHOWN_BYTES ? n : SHOWN_BYTES;
	memcpy(word, s, n);
	word[n] = '\0';
	near = nearest_word(word);
	buf_printf(complaints, "leakshim: option %s: ", key);
	put_given(complaints, word);
	buf_put(complaints, " is not a kind of finding: ");
	if (near)
		buf_printf(complaints, "did you mean '%s'?\n", near);
	else
		buf_put(complaints, "give KIND or KIND/REASON, such as "
				    "uncollectable or unreachable/frozen\n");
	return -1;
}

static int
set_list(char *field, const char *key, const char *value,
	 struct buf *complaints)
{
	bool is_kinds = !strcmp(key, "kinds");
	bool is_word =
		!strcmp(value, "none") || (is_kinds && !strcmp(value, "auto"));
	const char *s = value;

	if (!*value)
		return complain_value(key, value,
				      is_kinds ?
					      "auto, all or a list of kinds" :
					      "none, all or a list of kinds",
				      complaints);
	while (!is_word && *s) {
		size_t n = strcspn(s, ",");

		if (!words_are_kind(s, n))
			return complain_word(key, s, n, complaints);
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
		 numbers_parse_bytes(value + 7, &bytes) && bytes) {
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

	if (!numbers_parse(value, &v) || v > (uint64_t)limit) {
		buf_printf(complaints, "leakshim: option %s: ", key);
		put_given(complaints, value);
		buf_printf(complaints, " is not a whole number from 0 to %ld\n",
			   limit);
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
		if (!numbers_parse_bytes(value, &v))
			return complain_value(k->name, value,
					      "a number of bytes (as 64M)",
					      complaints);
		*(uint64_t *)field = v;
		return 0;
	case SIGNAL:
		n = words_signal(value);
		if (n < 0)
			return complain_value(
				k->name, value,
				"a signal (as USR2 or RTMIN+3) or 0",
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

struct entry {
	char key[KEY_BYTES];
	char value[VALUE_BYTES];
	bool has_value;
	bool is_open; /* a quote without its end */
};

/*
 * The first bytes of a word; one that does not fit is too long, not another
 * word.
 */
static void
copy(char *to, size_t room, const char *from, size_t n)
{
	n = n < room - 1 ? n : room - 1;
	memcpy(to, from, n);
	to[n] = '\0';
}

/* The closing quote: ':' or nothing follows it. */
static const char *
find_end_quote(const char *s, char quote)
{
	for (; *s; s++)
		if (*s == quote && (s[1] == ':' || !s[1]))
			return s;
	return NULL;
}

/* One "key=value"; *s then points past it.  False at the end of the text. */
static bool
next_entry(const char **s, struct entry *out)
{
	const char *p = *s + strspn(*s, ":"), *end;
	size_t n = strcspn(p, "=:");

	if (!*p)
		return false;
	copy(out->key, sizeof out->key, p, n);
	p += n;
	out->has_value = *p == '=';
	out->is_open = false;
	out->value[0] = '\0';
	if (out->has_value) {
		p++;
		end = p + strcspn(p, ":");
		if (*p == '\'' || *p == '"') {
			const char *quote = find_end_quote(p + 1, *p);

			out->is_open = !quote;
			end = quote ? quote : end;
			p++;
		}
		/* A lone quote ends where its value would without it. */
		copy(out->value, sizeof out->value, p,
		     end > p ? (size_t)(end - p) : 0);
		p = end + (*end == '\'' || *end == '"');
	}
	*s = p;
	return true;
}

/* 0, or -1 after a complaint. */
static int
apply(struct options *o, const struct entry *e, struct buf *complaints)
{
	if (e->has_value && !e->is_open)
		return options_set(o, e->key, e->value, complaints);
	buf_put(complaints, "leakshim: option ");
	put_given(complaints, e->key);
	buf_put(complaints, e->has_value ?
				    ": the quote around its value is not "
				    "closed\n" :
				    " has no value: write key=value, separated "
				    "by ':'\n");
	return -1;
}

int
options_parse(struct options *o, const char *text, struct buf *complaints)
{
	struct entry e;
	int faults = 0;

	while (next_entry(&text, &e))
		faults += apply(o, &e, complaints) != 0;
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
		buf_put(out,
			o->format == OPTIONS_FORMAT_JSON ? "json" : "text");
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
	/* Only a value with both ': and ": in it could not be quoted. */
	if (strchr(value, ':') || value[0] == '\'' || value[0] == '"')
		quote = strstr(value, "':") ? "\"" : "'";
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
