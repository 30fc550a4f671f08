#include "config.h"

#include "report/advice_edge.h"

#include <string.h>

#include "common/buf.h"
#include "report/advice_cut.h"

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

	if (cut_starts(e, "."))
		buf_printf(b, "%s%s", class_name(e), e->edge);
	else if ((cut_starts(e, "(local) ") || cut_starts(e, "(closure) ")) &&
		 blank[1])
		buf_printf(b, "the variable %s", blank + 1);
	else if (cut_starts(e, "["))
		buf_printf(b, "the entry %s of the %s", e->edge, class_name(e));
	else
		buf_printf(b, "the reference of the %s", class_name(e));
}

static void
advise_exception(struct buf *b, const struct report_edge *e, bool is_python3)
{
	if (cut_starts(e, "(local) ") && e->edge[8])
		buf_printf(b, "`del %s` at the end of the except block",
			   e->edge + 8);
	else {
		buf_put(b, "clear ");
		put_place(b, e);
		buf_put(b, " once the exception has been handled");
	}
	buf_put(b, ": its traceback holds the frame that leads to it");
	if (is_python3)
		buf_put(b, " (or set its __traceback__ to None)");
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
	if (!cut_is_built_in(cut_next(f, e))) {
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

static void
advise_method(struct buf *b, const struct report_edge *e, bool is_python3)
{
	put_place(b, e);
	buf_printf(b,
		   " keeps a bound method, which holds its instance: %s, or "
		   "clear it in a close() method",
		   is_python3 ? "keep a weakref.WeakMethod" :
				"keep its name and look it up when it is "
				"called");
}

static void
advise_generator(struct buf *b, const struct report_edge *g)
{
	buf_printf(b, "close the %s when it is no longer needed", g->type);
	if (cut_starts(g, "(local) ") && g->edge[8])
		buf_printf(b,
			   ", or `del %s` in it: through that variable it "
			   "holds itself",
			   g->edge + 8);
}

static void
advise_closure(struct buf *b, const struct finding *f,
	       const struct report_edge *e)
{
	const char *variable = e->edge + strlen("(closure) ");

	if (!*variable)
		variable = "of the outer function";
	if (cut_next(f, e) == e)
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
			   class_name(cut_next(f, e)), variable);
}

static void
advise_container(struct buf *b, const struct finding *f,
		 const struct report_edge *e)
{
	if (cut_starts(e, ".") && cut_is_built_in(e)) {
		buf_put(b, "do not let ");
		put_place(b, e);
		buf_put(b, " lead back to where it starts: it cannot be "
			   "changed later");
		return;
	}
	buf_put(b, "remove ");
	put_place(b, e);
	buf_put(b, " before the last use");
	if (cut_is_built_in(cut_next(f, e)))
		return;
	if (cut_starts(e, "(key)"))
		buf_put(b, ", or use a weakref.WeakKeyDictionary");
	else if (cut_starts(e, "(element)"))
		buf_put(b, ", or use a weakref.WeakSet");
	else if (!strcmp(e->type, "dict"))
		buf_put(b, ", or use a weakref.WeakValueDictionary");
}

void
advise_edge(struct buf *b, const struct finding *f, bool is_python3)
{
	struct cut cut = cut_find(f);

	switch (cut.way) {
	case CUT_EXCEPTION:
		advise_exception(b, cut.edge, is_python3);
		break;
	case CUT_ATTRIBUTE:
		advise_attribute(b, f, cut.edge);
		break;
	case CUT_METHOD:
		advise_method(b, cut.edge, is_python3);
		break;
	case CUT_GENERATOR:
		advise_generator(b, cut.edge);
		break;
	case CUT_CLOSURE:
		advise_closure(b, f, cut.edge);
		break;
	case CUT_CLASS:
		buf_put(b, "a class is always in a cycle with itself: make it "
			   "once, at the top of a module, and not in each "
			   "call");
		break;
	case CUT_CONTAINER:
		advise_container(b, f, cut.edge);
		break;
	case CUT_NONE:
		buf_put(b, "break one of the references of the cycle before "
			   "the last use");
	}
}
