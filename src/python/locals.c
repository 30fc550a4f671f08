#include "config.h"

#include "python/locals.h"

#include <string.h>

#include "python/objects.h"
#include "python/text.h"

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

static size_t
n_variables(void *code)
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
	return tuple_text(names,
			  tuple_length(names) -
				  (size_t)object_int(code,
						     layout->code_n_free) +
				  i,
			  out, n_out);
}

static bool
find_variables(void *o, struct variables *v)
{
	char *frame;

	if (layout->frame_locals) {
		frame = object_is_generator(o) ?
				object_pointer(o, layout->generator_frame) :
			object_type(o) == py.PyFrame_Type ? (char *)o :
							    NULL;
		if (!frame)
			return false;
		v->code = object_pointer(frame, FRAME_CODE);
		v->words = (uintptr_t *)(void *)(frame + layout->frame_locals);
	} else {
		frame = object_is_generator(o) ? (char *)o + layout->generator_frame :
			object_type(o) == py.PyFrame_Type ?
					  object_pointer(
						  o,
						  layout->frame_object_iframe) :
					  NULL;
		if (!frame)
			return false;
		v->code = object_frame_code(frame);
		v->words = (uintptr_t *)(void *)(frame + layout->iframe_locals);
	}
	if (!v->code || object_type(v->code) != py.PyCode_Type)
		return false;
	v->n = n_variables(v->code);
	return true;
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
 * borrowed; 2 and 3 are no pointers.
 */
static void *
held_by_word(uintptr_t word)
{
	if (layout->has_borrowed_stack && (word & 2))
		return NULL;
	return (void *)(word & ~(uintptr_t)3);
}

bool
locals_edge(void *from, void *to, char *out, size_t n_out)
{
	struct variables v;
	char name[100];
	size_t i;

	if (!find_variables(from, &v))
		return false;
	for (i = 0; i < v.n; i++) {
		void *held = held_by_word(v.words[i]);

		if (!held)
			continue;
		if (held != to && (object_type(held) != py.PyCell_Type ||
				   object_pointer(held, CELL_REF) != to))
			continue;
		if (!variable_name(v.code, i, name, sizeof name))
			name[0] = '\0';
		return put(out, n_out, "(local) ", name);
	}
	if (layout->frame_locals && object_type(from) == py.PyFrame_Type &&
	    object_pointer(from, FRAME_BACK) == to)
		return put(out, n_out, ".f_back", "");
	if (layout->frame_locals && object_is_generator(from) &&
	    object_pointer(from, layout->generator_frame) == to)
		return put(out, n_out, ".gi_frame", "");
	return put(out, n_out, "(on its stack)", "");
}
