#include "config.h"

#include "analysis/base/mirror.h"

#include "analysis/base/bigarray.h"
#include "python/objects.h"

/* More than any list can have: a list that is longer does not close. */
#define LONGEST_LIST ((size_t)1 << 31)

static size_t
list_length(uintptr_t head)
{
	uintptr_t g;
	size_t n = 0;

	for (g = gclists_next(head); g != head; g = gclists_next(g)) {
		if (!g || ++n > LONGEST_LIST)
			return LONGEST_LIST;
	}
	return n;
}

/*
 * Objects that lie together are visited together: those of a page share a
 * stretch of slots, and the stretches are scattered by Fibonacci hashing.
 */
enum { STRETCH_SHIFT = 8, GRANULE_SHIFT = 4 };

static size_t
slot_of(const struct mirror *m, uintptr_t address)
{
	size_t granule = address >> GRANULE_SHIFT;
	size_t stretch =
		(size_t)((granule >> STRETCH_SHIFT) * 0x9e3779b97f4a7c15ULL >>
			 20);

	return (stretch << STRETCH_SHIFT |
		(granule & ((1u << STRETCH_SHIFT) - 1))) &
	       m->mask;
}

node_id
mirror_find(const struct mirror *m, uintptr_t address)
{
	size_t i = slot_of(m, address);

	while (m->slots[i]) {
		node_id id = m->slots[i] - 1;

		if (m->nodes[id].address == address)
			return id;
		i = (i + 1) & m->mask;
	}
	return NODE_NONE;
}

void
mirror_reset_refs(struct mirror *m, node_id id)
{
	int64_t refs = object_refcount(mirror_object(m, id));

	m->nodes[id].refs = refs > INT32_MAX ? INT32_MAX : (int32_t)refs;
}

static void
add_node(struct mirror *m, const void *o, int generation, size_t interpreter)
{
	size_t i = slot_of(m, (uintptr_t)o);
	struct node *node;

	while (m->slots[i])
		i = (i + 1) & m->mask;
	node = &m->nodes[m->n];
	node->address = (uintptr_t)o;
	node->generation = (uint8_t)generation;
	node->interpreter = (uint8_t)interpreter;
	mirror_reset_refs(m, (node_id)m->n);
	m->slots[i] = (uint32_t)++m->n;
}

static void
add_list(struct mirror *m, uintptr_t head, int generation, size_t interpreter)
{
	uintptr_t g;

	for (g = gclists_next(head); g != head; g = gclists_next(g)) {
		void *o = object_of_head(g);

		m->n_generation[generation]++;
		if (!object_is_immortal(o))
			add_node(m, o, generation, interpreter);
	}
}

/* Room for `total' nodes. */
static bool
map_arrays(struct mirror *m, size_t total)
{
	size_t size = 1024;

	while (size < 2 * total)
		size *= 2;
	m->mask = size - 1;
	m->nodes = bigarray_map(total, sizeof *m->nodes);
	m->slots = bigarray_map(size, sizeof *m->slots);
	return m->nodes && m->slots;
}

bool
mirror_of(struct mirror *m, const uintptr_t *objects, size_t n,
	  const struct mirror *all)
{
	size_t i;

	*m = (struct mirror){0};
	if (!map_arrays(m, n))
		return false;
	for (i = 0; i < n; i++) {
		node_id id = mirror_find(all, objects[i]);

		if (id == NODE_NONE)
			add_node(m, (void *)objects[i], GENERATION_NONE, 0);
		else
			add_node(m, (void *)objects[i],
				 all->nodes[id].generation,
				 all->nodes[id].interpreter);
	}
	return true;
}

bool
mirror_init(struct mirror *m, const struct gclists *lists, size_t n_lists,
	    const char **why)
{
	size_t total = 0, i;
	int k;

	*m = (struct mirror){0};
	for (i = 0; i < n_lists; i++) {
		for (k = 0; k < GENERATION_LISTS; k++) {
			size_t n = lists[i].heads[k] ?
					   list_length(lists[i].heads[k]) :
					   0;

			if (n == LONGEST_LIST) {
				*why = "a generation list does not close";
				return false;
			}
			total += n;
		}
	}
	if (!map_arrays(m, total)) {
		*why = "no memory for the mirror (RLIMIT_AS or the container's "
		       "limit): raise it";
		return false;
	}
	for (i = 0; i < n_lists; i++)
		for (k = 0; k < GENERATION_LISTS; k++)
			if (lists[i].heads[k])
				add_list(m, lists[i].heads[k], k, i);
	return true;
}

void
mirror_fini(struct mirror *m)
{
	size_t total = m->n;

	/*
	 * Mapped for all tracked objects; pages past m->n were never touched.
	 */
	bigarray_unmap(m->slots, m->mask + 1, sizeof *m->slots);
	bigarray_unmap(m->nodes, total, sizeof *m->nodes);
	*m = (struct mirror){0};
}
