#include "config.h"

#include "report/advice_cut.h"

#include <string.h>

/* Attributes that point back or up: the ones to make weak. */
static const char *const back_references[] = {
	"parent",   "owner",   "prev",       "previous",  "root",   "up",
	"back",     "self",    "outer",      "container", "master", "manager",
	"document", "backref", "controller", "app",       "host",   "this",
};

/*
 * Types of the builtins module are printed without one.  Programs do not set
 * the attributes of their objects (frame, traceback, property, cell), and those
 * that hold others (list, dict, tuple) do not support weak references.
 */
bool
cut_is_built_in(const struct report_edge *e)
{
	return !strchr(e->type, '.');
}

const struct report_edge *
cut_next(const struct finding *f, const struct report_edge *e)
{
	return e + 1 < f->cycle + f->n_cycle ? e + 1 : f->cycle;
}

static const struct report_edge *
previous_member(const struct finding *f, const struct report_edge *e)
{
	return e > f->cycle ? e - 1 : f->cycle + f->n_cycle - 1;
}

bool
cut_starts(const struct report_edge *e, const char *start)
{
	return e->edge && !strncmp(e->edge, start, strlen(start));
}

/* An attribute that the program has set, without its dot; or NULL. */
static const char *
attribute_of(const struct report_edge *e)
{
	if (!cut_starts(e, ".") || cut_starts(e, ".__") || cut_is_built_in(e))
		return NULL;
	return e->edge + 1;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* parent, _parent, _Node__parent, parent_node, parentNode, ownerDocument. */
static bool
is_back_reference(const char *attribute)
{
	size_t i;

	for (i = 0; i < sizeof back_references / sizeof *back_references; i++) {
		const char *word = back_references[i];
		size_t n = strlen(word);
		const char *at = strstr(attribute, word);

		if (at && (at == attribute || at[-1] == '_') &&
		    (!at[n] || at[n] == '_' || is_upper(at[n])))
			return true;
	}
	return false;
}

static const struct report_edge *
find_edge(const struct finding *f, const char *start)
{
	size_t i;

	for (i = 0; i < f->n_cycle; i++)
		if (cut_starts(&f->cycle[i], start))
			return &f->cycle[i];
	return NULL;
}

static const struct report_edge *
find_member(const struct finding *f, const char *const *types)
{
	size_t i;

	for (; *types; types++)
		for (i = 0; i < f->n_cycle; i++)
			if (!strcmp(f->cycle[i].type, *types))
				return &f->cycle[i];
	return NULL;
}

static const struct report_edge *
find_back_reference(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_cycle; i++) {
		const char *attribute = attribute_of(&f->cycle[i]);

		if (attribute && is_back_reference(attribute))
			return &f->cycle[i];
	}
	return NULL;
}

/* The last edge leads back to the start: usually the younger reference. */
static const struct report_edge *
find_attribute(const struct finding *f)
{
	size_t i;

	for (i = f->n_cycle; i-- > 0;)
		if (attribute_of(&f->cycle[i]))
			return &f->cycle[i];
	return NULL;
}

/* The way into the exception (or traceback) that holds the frame. */
static const struct report_edge *
find_exception(const struct finding *f)
{
	static const char *const types[] = {"traceback", NULL};
	const struct report_edge *to = find_edge(f, ".__traceback__"), *e;

	if (!to)
		to = find_member(f, types);
	if (!to || f->n_cycle < 2)
		return NULL;
	/* sys.exc_info() is in a tuple, which has no name. */
	for (e = previous_member(f, to); cut_starts(e, "[") && e != to;)
		e = previous_member(f, e);
	return e;
}

static const struct report_edge *
find_method(const struct finding *f)
{
	static const char *const types[] = {"method", "instancemethod", NULL};
	const struct report_edge *m = find_member(f, types);

	return m && f->n_cycle > 1 ? previous_member(f, m) : NULL;
}

static const struct report_edge *
find_generator(const struct finding *f)
{
	static const char *const types[] = {"generator", "coroutine",
					    "async_generator", NULL};

	return find_member(f, types);
}

static const struct report_edge *
find_closure(const struct finding *f)
{
	return find_edge(f, "(closure) ");
}

static const struct report_edge *
find_class(const struct finding *f)
{
	return find_edge(f, ".__mro__");
}

static const struct report_edge *
find_container(const struct finding *f)
{
	const struct report_edge *e =
		f->n_cycle ? &f->cycle[f->n_cycle - 1] : NULL;

	return e && e->edge ? e : NULL;
}

struct cut
cut_find(const struct finding *f)
{
	static const struct {
		enum cut_way way;
		const struct report_edge *(*find)(const struct finding *f);
	} ways[] = {
		{CUT_EXCEPTION, find_exception},
		{CUT_ATTRIBUTE, find_back_reference},
		{CUT_METHOD, find_method},
		{CUT_GENERATOR, find_generator},
		{CUT_CLOSURE, find_closure},
		{CUT_CLASS, find_class},
		{CUT_ATTRIBUTE, find_attribute},
		{CUT_CONTAINER, find_container},
	};
	size_t i;

	for (i = 0; i < sizeof ways / sizeof *ways; i++) {
		const struct report_edge *e = ways[i].find(f);

		if (e)
			return (struct cut){ways[i].way, e};
	}
	return (struct cut){CUT_NONE, NULL};
}
