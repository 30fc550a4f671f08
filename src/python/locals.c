#include "config.h"

#include "python/locals.h"

#include <string.h>

#include "python/objects.h"
#include "python/pytext.h"

/* A frame's variables: consecutive words, named by one or three tuples. */
struct variables {
	uintptr_t *words;
	size_t n;
	void *code;
};

enum { FRAME_CODE = 32, FRAME_BACK = 24 /* PyFrameObject up to 3.10 */ };

static size_t
tuple_length(const void *tuple)
{
	return tuple ? (size_t)object_word(tuple, OB_SIZE) : 0;
}

static bool
tuple_text(void *tuple, size_t i, char *out, size_t n_out)
{
	if (i >= tuple_length(tuple))
		return false;
	return pytext_copy(object_pointer(tuple, layout->tuple_items + i * 8),
			   out, n_out) != 0;
}

/* co_localsplusnames names all; before 3.11 three tuples in a row. */
static bool
variable_name(void *code, size_t i, char *out, size_t n_out)
{
	void *names = object_pointer(code, layout->code_names);
	void *cells, *frees;

	if (!layout->code_cellvars)
		return tuple_text(names, i, out, n_out);
	if (i < (size_t)object_int(code, layout->code_n_names))
		return tuple_text(names, i, out, n_out);
	i -= (size_t)object_int(code, layout->code_n_names);
	cells = object_pointer(code, layout->code_cellvars);
	if (i < tuple_length(cells))
		return tuple_text(cells, i, out, n_out);
	i -= tuple_length(cells);
	frees = object_pointer(code, layout->code_freevars);
	return tuple_text(frees, i, out, n_out);
}

size_t
locals_count(void *code)
{
	size_t n = (size_t)object_int(code, layout->code_n_names);

	if (layout->code_cellvars)
		n += tuple_length(object_pointer(code, layout->code_cellvars)) +
		     tuple_length(object_pointer(code, layout->code_freevars));
	return n;
}

bool
locals_free_name(void *code, size_t i, char *out, size_t n_out)
{
	void *names;

	if (!code || object_type(code) != py.PyCode_Type)
		return false;
	if (layout->code_cellvars)
		return tuple_text(object_pointer(code, layout->code_freevars),
				  i, out, n_out);
	/* The free variables are the last of the names (3.11+). */
	names = object_pointer(code, layout->code_names);
	return tuple_text(
		names,
		tuple_length(names) -
			(size_t)object_int(code, layout->code_n_free) + i,
		out, n_out);
}

/* A frame is a PyFrameObject up to 3.10. */
void *
locals_code(void *frame)
{
	void *code = layout->frame_locals ? object_pointer(frame, FRAME_CODE) :
					    object_frame_code(frame);

	return code && object_type(code) == py.PyCode_Type ? code : NULL;
}

static bool
variables_of_frame(char *frame, struct variables *v)
{
	if (!frame)
		return false;
	v->code = locals_code(frame);
	if (!v->code)
		return false;
	v->words =
		(uintptr_t *)(void *)(frame + (layout->frame_locals ?
						       layout->frame_locals :
						       layout->iframe_locals));
	v->n = locals_count(v->code);
	return true;
}

static bool
find_variables(void *o, struct variables *v)
{
	char *frame = NULL;

	if (object_is_generator(o))
		frame = layout->frame_locals ?
				object_pointer(o, layout->generator_frame) :
				(char *)o + layout->generator_frame;
	else if (object_type(o) == py.PyFrame_Type)
		frame = layout->frame_locals ?
				(char *)o :
				object_pointer(o, layout->frame_object_iframe);
	return variables_of_frame(frame, v);
}

static bool
put(char *out, size_t n_out, const char *kind, const char *name)
{
	size_t n = strlen(kind), m = strlen(name);

	if (n + m >= n_out)
		m = n_out - 1 - n;
	memcpy(out, kind, n);
	memcpy(out + n, name, m);
	out[n + m] = '\0';
	return true;
}

/*
 * Stack references are tagged from 3.14 on (pycore_stackref.h): 0 counted, 1
 * borrowed; 2 and 3 are not pointers.
 */
static void *
held_by_word(uintptr_t word)
{
	if (layout->has_borrowed_stack && (word & 2))
		return NULL;
	return (void *)(word & ~(uintptr_t)3);
}

/* The variable that is `to' or a cell of it. */
static bool
variable_edge(const struct variables *v, void *to, char *out, size_t n_out)
{
	char name[100];
	size_t i;

	for (i = 0; i < v->n; i++) {
		void *held = held_by_word(v->words[i]);

		if (!held)
			continue;
		if (held != to && (object_type(held) != py.PyCell_Type ||
				   object_pointer(held, CELL_REF) != to))
			continue;
		if (!variable_name(v->code, i, name, sizeof name))
			name[0] = '\0';
		return put(out, n_out, "(local) ", name);
	}
	return false;
}

bool
locals_edge(void *from, void *to, char *out, size_t n_out)
{
	struct variables v;

	if (!find_variables(from, &v))
		return false;
	if (variable_edge(&v, to, out, n_out))
		return true;
	if (layout->frame_locals && object_type(from) == py.PyFrame_Type &&
	    object_pointer(from, FRAME_BACK) == to)
		return put(out, n_out, ".f_back", "");
	if (layout->frame_locals && object_is_generator(from) &&
	    object_pointer(from, layout->generator_frame) == to)
		return put(out, n_out, ".gi_frame", "");
	return put(out, n_out, "(on its stack)", "");
}

int
locals_visit(void *frame, visit_fn visit, void *ctx)
{
	struct variables v;
	size_t i;
	int stop = 0;

	if (!variables_of_frame(frame, &v))
		return 0;
	for (i = 0; i < v.n && !stop; i++) {
		void *held = held_by_word(v.words[i]);

		if (!held)
			continue;
		if (object_type(held) == py.PyCell_Type)
			held = object_pointer(held, CELL_REF);
		stop = held ? visit(held, ctx) : 0;
	}
	return stop;
}

bool
locals_frame_edge(void *frame, void *to, char *out, size_t n_out)
{
	struct variables v;

	return variables_of_frame(frame, &v) &&
	       variable_edge(&v, to, out, n_out);
}
