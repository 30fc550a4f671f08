#include "config.h"

#include "report/advice_edge.h"

#include <string.h>

#include "common/buf.h"

/* Attributes that point back or up: the ones to make weak. */
static const char *const back_references[] = {
	"parent", "owner", "prev", "previous", "root", "up", "back", "self",
	"outer", "container", "master", "manager", "document", "backref",
	"controller", "app", "host", "this",
};

/*
 * Types of the builtins module are printed without one.  Programs do not set
 * the attributes of their objects (frame, traceback, property, cell), and those
 * that hold others (list, dict, tuple) know no weak references.
 */
static bool
is_built_in(const struct report_edge *e)
{
	return !strchr(e->type, '.');
}

static const struct report_edge *
next_member(const struct finding *f, const struct report_edge *e)
{
	return e + 1 < f->cycle + f->n_cycle ? e + 1 : f->cycle;
}

static const struct report_edge *
previous_member(const struct finding *f, const struct report_edge *e)
{
	return e > f->cycle ? e - 1 : f->cycle + f->n_cycle - 1;
}

static bool
starts(const struct report_edge *e, const char *start)
{
	return e->edge && !strncmp(e->edge, start, strlen(start));
}

/* An attribute that the program has set, without its dot; or NULL. */
static const char *
attribute_of(const struct report_edge *e)
{
	if (!starts(e, ".") || starts(e, ".__") || is_built_in(e))
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

	for (i = 0; i < sizeof back_references / sizeof *back_references;
	     i++) {
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
		if (starts(&f->cycle[i], start))
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

static const char *
class_name(const struct report_edge *e)
{
	const char *dot = strrchr(e->type, '.');

	return dot ? dot + 1 : e->type;
}

/* "Class.attribute", "the variable x", "the entry ['k'] of the dict". */
static void
put_place(struct buf *b, const struct report_edge *e)
{
	const char *blank = e->edge ? strchr(e->edge, ' ') : NULL;

	if (starts(e, "."))
		buf_printf(b, "%s%s", class_name(e), e->edge);
	else if ((starts(e, "(local) ") || starts(e, "(closure) ")) && blank[1])
		buf_printf(b, "the variable %s", blank + 1);
	else if (starts(e, "["))
		buf_printf(b, "the entry %s of the %s", e->edge,
			   class_name(e));
	else
		buf_printf(b, "the reference of the %s", class_name(e));
}

/* The way into the exception (or traceback) that holds the frame. */
static bool
advise_exception(struct buf *b, const struct finding *f, int major)
{
	static const char *const types[] = {"traceback", NULL};
	const struct report_edge *to = find_edge(f, ".__traceback__"), *e;

	if (!to)
		to = find_member(f, types);
	if (!to || f->n_cycle < 2)
		return false;
	/* sys.exc_info() stands in a tuple, which has no name. */
	for (e = previous_member(f, to); starts(e, "[") && e != to;)
		e = previous_member(f, e);
	if (starts(e, "(local) ") && e->edge[8])
		buf_printf(b, "`del %s` at the end of the except block",
			   e->edge + 8);
	else {
		buf_put(b, "clear ");
		put_place(b, e);
		buf_put(b, " when the exception has been dealt with");
	}
	buf_put(b, ": its traceback holds the frame that leads to it");
	if (major >= 3)
		buf_put(b, " (or set its __traceback__ to None)");
	return true;
}

static void
advise_attribute(struct buf *b, const struct finding *f,
		 const struct report_edge *e)
{
	if (f->n_cycle == 1) {
		buf_printf(b,
			   "make %s a weak reference (weakref.ref), or clear "
			   "it before the last use",
			   e->edge);
		return;
	}
	if (!is_built_in(next_member(f, e))) {
		buf_put(b, "make ");
		put_place(b, e);
		buf_put(b, " a weak reference (weakref.ref)");
	} else {
		buf_put(b, "keep weak references (weakref.ref) in ");
		put_place(b, e);
	}
	buf_put(b, ", or clear it in a close() or destroy() method before the "
		   "last use");
}

static bool
advise_method(struct buf *b, const struct finding *f, int major)
{
	static const char *const types[] = {"method", "instancemethod", NULL};
	const struct report_edge *m = find_member(f, types);

	if (!m || f->n_cycle < 2)
		return false;
	put_place(b, previous_member(f, m));
	buf_printf(b, " keeps a bound method, which holds its instance: %s, or "
		      "clear it in a close() method",
		   major >= 3 ? "keep a weakref.WeakMethod" :
				"keep its name and look it up when it is "
				"called");
	return true;
}

static bool
advise_generator(struct buf *b, const struct finding *f)
{
	static const char *const types[] = {"generator", "coroutine",
					    "async_generator", NULL};
	const struct report_edge *g = find_member(f, types);

	if (!g)
		return false;
	buf_printf(b, "close the %s when it is done with", g->type);
	if (starts(g, "(local) ") && g->edge[8])
		buf_printf(b, ", or `del %s` in it: through that variable it "
			      "holds itself",
			   g->edge + 8);
	return true;
}

static bool
advise_closure(struct buf *b, const struct finding *f)
{
	const struct report_edge *e = find_edge(f, "(closure) ");
	const char *variable;

	if (!e)
		return false;
	variable = e->edge + strlen("(closure) ");
	if (!*variable)
		variable = "of the outer function";
	if (next_member(f, e) == e)
		buf_printf(b,
			   "the function refers to itself through the variable "
			   "%s: pass it as an argument, or set the variable to "
			   "None when it is done with",
			   variable);
	else
		buf_printf(b,
			   "the function holds its %s through the variable %s: "
			   "let it use a weakref.ref of that, or drop the "
			   "function in a close() method",
			   class_name(next_member(f, e)), variable);
	return true;
}

static bool
advise_class(struct buf *b, const struct finding *f)
{
	if (!find_edge(f, ".__mro__"))
		return false;
	buf_put(b, "a class always is in a cycle with itself: make it once, "
		   "at the top of a module, and not in each call");
	return true;
}

static void
advise_container(struct buf *b, const struct finding *f)
{
	const struct report_edge *e = f->n_cycle ? &f->cycle[f->n_cycle - 1] :
						   NULL;

	if (!e || !e->edge) {
		buf_put(b, "break one of the references of the cycle before "
			   "the last use");
		return;
	}
	if (starts(e, ".") && is_built_in(e)) {
		buf_put(b, "do not let ");
		put_place(b, e);
		buf_put(b, " lead back to where it starts: it cannot be "
			   "changed later");
		return;
	}
	buf_put(b, "remove ");
	put_place(b, e);
	buf_put(b, " before the last use");
	if (is_built_in(next_member(f, e)))
		return;
	if (starts(e, "(key)"))
		buf_put(b, ", or use a weakref.WeakKeyDictionary");
	else if (starts(e, "(element)"))
		buf_put(b, ", or use a weakref.WeakSet");
	else if (!strcmp(e->type, "dict"))
		buf_put(b, ", or use a weakref.WeakValueDictionary");
}

void
advise_edge(struct buf *b, const struct finding *f, int major)
{
	const struct report_edge *e;

	if (advise_exception(b, f, major))
		return;
	e = find_back_reference(f);
	if (e) {
		advise_attribute(b, f, e);
		return;
	}
	if (advise_method(b, f, major) || advise_generator(b, f) ||
	    advise_closure(b, f) || advise_class(b, f))
		return;
	e = find_attribute(f);
	if (e)
		advise_attribute(b, f, e);
	else
		advise_container(b, f);
}
