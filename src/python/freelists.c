#include "config.h"

#include "python/freelists.h"

#include <link.h>
#include <string.h>

#include "python/api.h"
#include "python/layout.h"
#include "python/objects.h"
#include "python/peek.h"

enum {
	PLACES = 80,             /* of each array, 2.7 to 3.13 */
	DICT_KEYS = 32,          /* PyDictObject.ma_keys, 3.3+ */
	STATE_BYTES = 512 << 10, /* more than an interpreter state has */
	AT_ONCE = 4096,
};

bool
freelists_need_tracer(void)
{
	return python.micro >= layout->tracer_from_micro;
}

unsigned
python_block_alignment(void)
{
	return layout->block_alignment;
}

/* Two that were freed one after the other, and where they are. */
struct pair {
	uintptr_t first, second;
	uintptr_t place; /* of the first; 0: not found */
};

/* Words may begin at any multiple of 4 (Debian's static 3.13). */
static void
search_words(struct pair *pair, const char *bytes, size_t n, uintptr_t at)
{
	size_t i;

	for (i = 0; i + 16 <= n && !pair->place; i += 4) {
		uintptr_t words[2];

		memcpy(words, bytes + i, sizeof words);
		if (words[0] == pair->first && words[1] == pair->second)
			pair->place = at + i;
	}
}

/* Memory that may end before `to'. */
static void
search_carefully(struct pair *pair, uintptr_t from, uintptr_t to)
{
	char bytes[AT_ONCE];
	uintptr_t at;

	for (at = from; at + AT_ONCE <= to && !pair->place;
	     at += AT_ONCE - 16) {
		if (!peek(bytes, at, AT_ONCE))
			return;
		search_words(pair, bytes, AT_ONCE, at);
	}
}

static int
search_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
	uintptr_t type = (uintptr_t)py.PyDict_Type;
	bool is_it = false;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		is_it |= p->p_type == PT_LOAD &&
			 type - (info->dlpi_addr + p->p_vaddr) < p->p_memsz;
	}
	for (i = 0; is_it && i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start =
			(info->dlpi_addr + p->p_vaddr + 7) & ~(uintptr_t)7;

		if (p->p_type == PT_LOAD && p->p_flags & PF_W)
			search_words(ctx, (const char *)start,
				     info->dlpi_addr + p->p_vaddr + p->p_memsz -
					     start,
				     start);
	}
	return is_it;
}

/* A dead object of the type; with type NULL: keys with no references. */
static bool
is_dead(uintptr_t o, const void *type)
{
	uintptr_t words[2];

	return o && !(o & 7) && peek(words, o, sizeof words) &&
	       (uint32_t)words[0] == 0 &&
	       (!type || words[1] == (uintptr_t)type);
}

/* The array around the place: what precedes it is in use, so dead. */
static bool
find_array(struct pair *pair, const void *type, struct span *out)
{
	int below = 0;

	pair->place = 0;
	dl_iterate_phdr(search_object, pair);
	if (!pair->place && py.PyInterpreterState_Head) {
		uintptr_t state = (uintptr_t)py.PyInterpreterState_Head();

		search_carefully(pair, state, state + STATE_BYTES);
	}
	if (!pair->place)
		return false;
	while (below < PLACES - 2 &&
	       is_dead(peek_word(pair->place - 8 * (uintptr_t)(below + 1), 0),
		       type))
		below++;
	out->start = pair->place - 8 * (uintptr_t)below;
	out->end = out->start + 8 * PLACES;
	return true;
}

static bool
drop_two(void *a, void *b, const void *type, struct span *out)
{
	struct pair pair = {(uintptr_t)a, (uintptr_t)b, 0};

	if (a)
		py.Py_DecRef(a);
	if (b)
		py.Py_DecRef(b);
	if (a && b)
		return find_array(&pair, type, out);
	py.PyErr_Clear();
	return false;
}

static void *
dict_of_one(void)
{
	void *d = py.PyDict_New();

	if (d && py.PyDict_SetItemString(d, "__name__", py._Py_NoneStruct) == 0)
		return d;
	py.PyErr_Clear();
	return d;
}

static bool
find_keys_array(struct span *out)
{
	void *a = dict_of_one(), *b = dict_of_one();
	struct pair pair = {0};

	if (a && b)
		pair = (struct pair){object_word(a, DICT_KEYS),
				     object_word(b, DICT_KEYS), 0};
	if (a)
		py.Py_DecRef(a);
	if (b)
		py.Py_DecRef(b);
	return pair.first && find_array(&pair, NULL, out);
}

size_t
freelists_find_arrays(struct span out[FREELISTS_ARRAYS])
{
	size_t n = 0;

	/* From 3.14 on they are linked lists, which keep nothing stale. */
	if (!layout->has_free_list_arrays || !py.PyDict_New || !py.PyList_New ||
	    !py.PyDict_SetItemString)
		return 0;
	n += drop_two(py.PyDict_New(), py.PyDict_New(), py.PyDict_Type,
		      &out[n]);
	n += drop_two(py.PyList_New(0), py.PyList_New(0), py.PyList_Type,
		      &out[n]);
	if (layout->has_free_keys)
		n += find_keys_array(&out[n]);
	return n;
}
