#include "config.h"

#include "python/stringtable.h"

#include "python/api.h"
#include "python/objects.h"

enum {
	DICT_FILLED = 16, /* ma_used, or ma_fill: as many or more (2.7) */
	/* Starting up interns thousands. */
	FEWEST = 200,
	MOST = 1 << 24,
	/* PyStringObject.ob_sstate, PyASCIIObject.state. */
	STRING_STATE = 32,
	STATE_BITS = 3,
	STATE_FOR_EVER = 2, /* SSTATE_INTERNED_IMMORTAL */
};

static bool
is_string(const void *o)
{
	const void *type = object_type(o);

	return type == py.PyUnicode_Type || type == py.PyString_Type;
}

bool
stringtable_is(void *o)
{
	void *key, *value;
	bool is_proven = false;
	intptr_t at = 0;
	uintptr_t n;

	if (object_type(o) != py.PyDict_Type)
		return false;
	n = object_word(o, DICT_FILLED);
	if (n < FEWEST || n > MOST || !py.PyDict_Next)
		return false;
	while (py.PyDict_Next(o, &at, &key, &value)) {
		if (key != value || !is_string(key))
			return false;
		/* Any other dict would have a reference as key and as value. */
		is_proven |= object_refcount(key) == 1;
	}
	return is_proven;
}

uintptr_t
stringtable_shift(void)
{
	return python_data_shift(layout->has_interned_in_runtime);
}

bool
stringtable_keeps_for_ever(const void *o)
{
	return layout->interns_for_ever && is_string(o) &&
	       (object_word(o, STRING_STATE) & STATE_BITS) == STATE_FOR_EVER;
}
