/*
 * heap.h - every block of the process, found by any address inside it
 *
 * Nodes of the reachability analysis: live blocks of Python's allocators and
 * chunks of the C heap.  For each 4 MiB of address space some bitmaps (enum
 * heap_bits), one bit for a granule of 16 bytes, or of 8 where Python aligns to
 * 8.  A node is known by its address; looking up a word that points to no heap
 * costs one load.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_HEAP_H
#define LEAKSHIM_ANALYSIS_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HEAP_REGION_SHIFT = 22,
	HEAP_ADDRESS_BITS = 47, /* user space of x86-64 and aarch64 */
	HEAP_WORDS = 1 << (HEAP_REGION_SHIFT - 3 - 6), /* of a bitmap */
};

enum heap_bits {
	HEAP_EDGES,  /* a block starts or ends at this granule */
	HEAP_STARTS, /* it starts */
	/* Of the block that starts there: */
	HEAP_OBJECTS,    /* may be a Python object */
	HEAP_MARKS,      /* reached */
	HEAP_FOREIGNERS, /* a chunk of the C heap, not Python's */
	HEAP_LED_TO,     /* lost memory that something lost leads to */
	HEAP_OWNED,      /* memory that only one object reads */
	HEAP_POSTPONED,  /* pointed to, and examined last */
	HEAP_UNPROVEN,   /* of unknown origin: see recognize_fits() */
	/*
	 * Only what a collection would free leads to it, or a cache of the
	 * interpreter: it will be freed without further ado.
	 */
	HEAP_PASSING,
	HEAP_HELD,      /* postponed, and not by roots alone */
	HEAP_ROOTED,    /* a root other than a stack leads to it */
	HEAP_LEADS,     /* memory in which something points to a block */
	HEAP_COUNTED,   /* it is counted in some object's size */
	HEAP_SHARED,    /* memory that not only one leads to */
	HEAP_DIRECT,    /* an object points to it */
	HEAP_CONTESTED, /* and another one */
	HEAP_OWNER,     /* an object that leads to memory */
	HEAP_SEEN,      /* on the way of the search for paths */
	HEAP_BITMAPS
};

struct heap_region {
	uintptr_t start;
	uintptr_t carried; /* the node that reaches into it from before, or 0 */
	uint64_t *bits[HEAP_BITMAPS];
	uint64_t
		edge_words[HEAP_WORDS / 64]; /* which of HEAP_EDGES are not 0 */
	uint64_t pages[1 << (HEAP_REGION_SHIFT - 12 - 6)]; /* looked at */
};

struct heap {
	unsigned shift;      /* of a granule */
	uint32_t *directory; /* address >> HEAP_REGION_SHIFT -> region + 1 */
	struct heap_region *regions;
	uint32_t n_regions;
	size_t n_room;
	size_t n_nodes;
	bool failed; /* memory ran out: the map has holes, trust nothing */
};

/* False when there is no address space for it. */
bool heap_init(struct heap *h, unsigned granule_shift);

enum heap_kind {
	HEAP_MEMORY,  /* Python's, and no object */
	HEAP_OBJECT,  /* may be an object */
	HEAP_PERHAPS, /* the same, HEAP_UNPROVEN */
	HEAP_FOREIGN,
};

/* Blocks may be entered in any order but must not overlap. */
void heap_add(struct heap *h, uintptr_t start, size_t size,
	      enum heap_kind kind);

/* Is there a start of a node in [from, to)? */
bool heap_has_start(const struct heap *h, uintptr_t from, uintptr_t to);

/* The first start or end of a node in [from, to); `to' if there is none. */
uintptr_t heap_next_edge(const struct heap *h, uintptr_t from, uintptr_t to);

/*
 * The nodes that are not marked when they are reached, by address; a nonzero
 * result of each() stops.
 */
int heap_walk_unmarked(const struct heap *h,
		       int (*each)(uintptr_t node, void *ctx), void *ctx);

/* Nodes in the order of their addresses; nonzero from each() stops. */
int heap_walk(const struct heap *h, int (*each)(uintptr_t node, void *ctx),
	      void *ctx);

/* Note that a page of 4 KiB was looked at; false if it was before. */
bool heap_first_look(struct heap *h, uintptr_t address);

/* Where the node ends, up to a granule too far. */
uintptr_t heap_end(const struct heap *h, uintptr_t node);

void heap_fini(struct heap *h);

static inline struct heap_region *
heap_region_of(const struct heap *h, uintptr_t address)
{
	uint32_t i;

	if (address >> HEAP_ADDRESS_BITS)
		return NULL;
	i = h->directory[address >> HEAP_REGION_SHIFT];
	return i ? &h->regions[i - 1] : NULL;
}

static inline size_t
heap_granule(const struct heap *h, uintptr_t address)
{
	return (address & (((uintptr_t)1 << HEAP_REGION_SHIFT) - 1)) >>
	       h->shift;
}

static inline bool
heap_bit(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static inline void
heap_set(uint64_t *bits, size_t i)
{
	bits[i / 64] |= (uint64_t)1 << i % 64;
}

/*
 * The last word of HEAP_EDGES before this one that is not 0; HEAP_WORDS: none.
 * Data of a library may lie in one region with the heap: all objects point to
 * their types there.
 */
static inline size_t
heap_edges_before(const struct heap_region *r, size_t word)
{
	size_t i = word / 64;
	uint64_t bits = r->edge_words[i] & (((uint64_t)1 << word % 64) - 1);

	while (!bits) {
		if (!i)
			return HEAP_WORDS;
		bits = r->edge_words[--i];
	}
	return i * 64 + 63 - (size_t)__builtin_clzll(bits);
}

/* The node that contains the address, 0 if none does. */
static inline uintptr_t
heap_find(const struct heap *h, uintptr_t address)
{
	const struct heap_region *r = heap_region_of(h, address);
	size_t g, word;
	uint64_t bits;

	if (!r)
		return 0;
	g = heap_granule(h, address);
	word = g / 64;
	bits = r->bits[HEAP_EDGES][word] & ~(uint64_t)0 >> (63 - g % 64);
	if (!bits) {
		word = heap_edges_before(r, word);
		if (word == HEAP_WORDS)
			return r->carried;
		bits = r->bits[HEAP_EDGES][word];
	}
	g = word * 64 + 63 - (size_t)__builtin_clzll(bits);
	return heap_bit(r->bits[HEAP_STARTS], g) ? r->start + (g << h->shift) :
						   0;
}

static inline bool
heap_is(const struct heap *h, uintptr_t node, enum heap_bits what)
{
	const struct heap_region *r = heap_region_of(h, node);

	return heap_bit(r->bits[what], heap_granule(h, node));
}

static inline void
heap_note(const struct heap *h, uintptr_t node, enum heap_bits what)
{
	const struct heap_region *r = heap_region_of(h, node);

	heap_set(r->bits[what], heap_granule(h, node));
}

static inline void
heap_take_back(const struct heap *h, uintptr_t node, enum heap_bits what)
{
	const struct heap_region *r = heap_region_of(h, node);
	size_t g = heap_granule(h, node);

	r->bits[what][g / 64] &= ~((uint64_t)1 << g % 64);
}

static inline bool
heap_is_marked(const struct heap *h, uintptr_t node)
{
	return heap_is(h, node, HEAP_MARKS);
}

static inline void
heap_mark(const struct heap *h, uintptr_t node)
{
	heap_note(h, node, HEAP_MARKS);
}

#endif /* LEAKSHIM_ANALYSIS_HEAP_H */
