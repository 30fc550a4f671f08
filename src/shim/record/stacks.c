#include "config.h"

#include "shim/record/stacks.h"

#include "analysis/base/source.h"
#include "common/ownmap.h"
#include "common/spin.h"
#include "python/layout.h"
#include "python/linetable.h"
#include "shim/base/fault.h"
#include "shim/record/codes.h"
#include "shim/record/recycle.h"
#include "shim/record/rounds.h"

/*
 * Nodes are never moved, and readers need no lock: new nodes are added at the
 * head of their chain.  Threads that have a Python thread state hold the GIL,
 * and so does the thread that removes unused nodes; the others, threads of C
 * code, look for nodes that have no parent: such nodes are permanent, and a
 * node that was used for something else never becomes one, so they cannot match
 * a node that is changing.  A chain that leads them astray ends, and then they
 * search again under the lock.
 */
struct stacks_node {
	uint32_t parent;
	uint32_t next;  /* in the bucket */
	uint32_t code;  /* its id, or NATIVE, n_python and the ip's upper half;
			* 0: the node is not in use */
	int32_t offset; /* into the bytecode, or the ip's lower half; the next
			 * one that is not in use */
};

/* User addresses have 47 bits, or 48 (aarch64). */
#define NATIVE ((uint32_t)1 << 31)
#define IP_BITS 16
#define MOST_PYTHON ((1u << (31 - IP_BITS)) - 1)

/*
 * Memory comes in chunks, as it is needed: programs may limit their address
 * space (RLIMIT_AS), also later than we could know.
 */
enum {
	BUCKETS = 1 << 19,
	MAX_NODES = 1 << 26, /* what a slot of the side table can name */
	CHUNK_SHIFT = 16,
	CHUNK_NODES = 1 << CHUNK_SHIFT,
	MAX_CHUNKS = MAX_NODES / CHUNK_NODES,
	ROOTS = STACKS_ROOT_OTHER + 1,
	FIRST_NODE = ROOTS,
	MOST_INHERITED = MAX_NODES / 2,
	/* Many attaches have used up the ids: start again. */
	MANY_FORGOTTEN = MAX_NODES / 4,
};

/* Behind the nodes, of each: the round in which it was asked for last. */
#define CHUNK_BYTES ((size_t)CHUNK_NODES * STACKS_NODE_BYTES)

_Static_assert(sizeof(struct stacks_node) + 1 == STACKS_NODE_BYTES,
	       "a node and its byte");

static struct stacks_node *chunks[MAX_CHUNKS];
static _Atomic uint32_t *buckets;
static uint32_t n_nodes = FIRST_NODE; /* handed out so far */
static uint32_t n_forgotten;          /* of them: by stacks_forget() */
static uint32_t n_inherited; /* of a fork's child: those of its parent */
static uint32_t first_free, n_free;
static stack_id roots[ROOTS] = {STACKS_ROOT_NONE, STACKS_ROOT_MAIN,
				STACKS_ROOT_OTHER};
static atomic_flag lock = ATOMIC_FLAG_INIT;

static inline struct stacks_node *
node(uint32_t i)
{
	return &chunks[i >> CHUNK_SHIFT][i % CHUNK_NODES];
}

/*
 * A byte of the round is enough: a node that only seems young is kept longer.
 */
static inline uint8_t *
asked_for(uint32_t i)
{
	struct stacks_node *chunk = chunks[i >> CHUNK_SHIFT];

	return (uint8_t *)(chunk + CHUNK_NODES) + i % CHUNK_NODES;
}

static inline void
touch(uint32_t i)
{
	if (*asked_for(i) != (uint8_t)rounds_now)
		*asked_for(i) = (uint8_t)rounds_now;
}

bool
stacks_init(void)
{
	if (!buckets)
		buckets = ownmap_reserve(BUCKETS * sizeof *buckets);
	return buckets;
}

static size_t
bucket_of(uint32_t parent, uint32_t code, int32_t offset)
{
	uint64_t h = ((uint64_t)code << 32 | (uint32_t)offset) ^
		     (uint64_t)parent * 0x9e3779b97f4a7c15ULL;

	return (size_t)(h * 0xff51afd7ed558ccdULL >> 45);
}

static uint32_t
find(size_t bucket, uint32_t parent, uint32_t code, int32_t offset)
{
	uint32_t i =
		atomic_load_explicit(&buckets[bucket], memory_order_acquire);

	while (i && (node(i)->parent != parent || node(i)->code != code ||
		     node(i)->offset != offset))
		i = node(i)->next;
	return i;
}

/*
 * Nodes of threads without the GIL, which may hold a number while unused ones
 * are searched for: they stay.
 */
static bool
is_permanent_below(stack_id parent)
{
	return !parent || parent == roots[STACKS_ROOT_NONE];
}

static uint32_t
take_node(stack_id parent)
{
	uint32_t i = is_permanent_below(parent) ? 0 : first_free;
	struct stacks_node **chunk = &chunks[n_nodes >> CHUNK_SHIFT];

	if (i) {
		first_free = (uint32_t)node(i)->offset;
		n_free--;
		return i;
	}
	if (n_nodes == MAX_NODES)
		return 0;
	if (!*chunk)
		*chunk = ownmap_reserve(CHUNK_BYTES);
	return *chunk ? n_nodes++ : 0;
}

stack_id
stacks_intern(stack_id parent, uint32_t code, int32_t offset)
{
	size_t bucket = bucket_of(parent, code, offset);
	uint32_t i = find(bucket, parent, code, offset);

	if (i) {
		touch(i);
		return i;
	}
	spin_lock(&lock);
	i = find(bucket, parent, code, offset);
	if (!i && (i = take_node(parent))) {
		*node(i) = (struct stacks_node){
			parent,
			atomic_load_explicit(&buckets[bucket],
					     memory_order_relaxed),
			code, offset};
		atomic_store_explicit(&buckets[bucket], i,
				      memory_order_release);
	}
	if (i)
		touch(i);
	spin_unlock(&lock);
	if (!i)
		fault_count(FAULT_STACKS_FULL);
	return i;
}

stack_id
stacks_intern_native(stack_id parent, uintptr_t ip, unsigned n_python)
{
	uint32_t upper = (uint32_t)(ip >> 32) & ((1u << IP_BITS) - 1);

	if (n_python > MOST_PYTHON)
		n_python = MOST_PYTHON;
	return stacks_intern(parent, NATIVE | n_python << IP_BITS | upper,
			     (int32_t)(uint32_t)ip);
}

static bool
is_node(stack_id id)
{
	return id >= FIRST_NODE && id < n_nodes;
}

static bool
is_complete(const struct stacks_node *n)
{
	const struct code_copy *c = codes_get(n->code);

	return c && n->offset >= c->first_traceable;
}

size_t
stacks_lines(stack_id id, struct report_line *lines, size_t n_max)
{
	size_t n = 0;

	for (; is_node(id) && n < n_max; id = node(id)->parent) {
		const struct code_copy *c;

		/* A frame that was still being set up: its caller is meant. */
		if (node(id)->code & NATIVE || !is_complete(node(id)))
			continue;
		c = codes_get(node(id)->code);
		lines[n++] = (struct report_line){
			c->function, c->file,
			linetable_find(layout->lines, c->table, c->n_table,
				       c->first_line, node(id)->offset)};
	}
	return n;
}

/* stacks_lines() does not show a frame that was still being set up. */
static void
leave_out_incomplete(stack_id python_stack, struct source_native *natives,
		     size_t n)
{
	size_t i = 0;

	if (!is_node(python_stack) || is_complete(node(python_stack)))
		return;
	while (i < n && !natives[i].n_python)
		i++;
	if (i < n && natives[i].n_python > 1)
		natives[i].n_python--;
}

size_t
stacks_natives(stack_id id, struct source_native *out, size_t n_max)
{
	size_t n = 0;

	for (; is_node(id) && node(id)->code & NATIVE && n < n_max;
	     id = node(id)->parent) {
		uint32_t word = node(id)->code & ~NATIVE;

		out[n].ip = (uintptr_t)(word & ((1u << IP_BITS) - 1)) << 32 |
			    (uint32_t)node(id)->offset;
		out[n++].n_python = word >> IP_BITS;
	}
	leave_out_incomplete(id, out, n);
	return n;
}

int
stacks_is_main_thread(stack_id id)
{
	while (is_node(id))
		id = node(id)->parent;
	return id == STACKS_ROOT_MAIN ? 1 : id == STACKS_ROOT_OTHER ? 0 : -1;
}

stack_id
stacks_root(stack_id kind)
{
	return roots[kind];
}

/*
 * Stacks on the child's own roots differ from its parent's, so that the numbers
 * of those show what is from before the fork.  (After very many forks of forks
 * there is no room for that, and the numbers are wrong.)
 */
void
stacks_forked(void)
{
	stack_id i, root;

	/* A thread of the parent's may have been in stacks_intern(). */
	atomic_flag_clear(&lock);
	n_inherited = n_nodes;
	/* Their numbers are the parent's; they are not used here. */
	first_free = n_free = 0;
	if (n_nodes > MOST_INHERITED)
		return;
	for (i = 0; i < ROOTS; i++) {
		root = take_node(STACKS_ROOT_NONE);
		if (!root)
			return;
		*node(root) = (struct stacks_node){.parent = i};
		roots[i] = root;
	}
}

bool
stacks_is_inherited(stack_id id)
{
	return id < n_inherited;
}

void
stacks_forget(void)
{
	uint32_t i, first;

	spin_lock(&lock);
	/* Private memory reads as zeros then: no chain leads anywhere. */
	if (buckets)
		ownmap_clear(buckets, BUCKETS * sizeof *buckets);
	first = n_forgotten >> CHUNK_SHIFT;
	for (i = first; i <= n_nodes >> CHUNK_SHIFT && i < MAX_CHUNKS; i++)
		if (chunks[i])
			ownmap_clear(chunks[i], CHUNK_BYTES);
	if (n_nodes > MANY_FORGOTTEN) {
		n_nodes = FIRST_NODE;
		n_inherited = 0;
	}
	n_forgotten = n_nodes - FIRST_NODE;
	first_free = n_free = 0;
	rounds_now++;
	for (i = 0; i < ROOTS; i++)
		roots[i] = i;
	spin_unlock(&lock);
	codes_forget();
}

/* ---- unused nodes ---- */

bool
stacks_is_permanent(stack_id id)
{
	return is_node(id) && is_permanent_below(node(id)->parent);
}

uint32_t
stacks_begin_round(void)
{
	rounds_now++;
	return n_nodes;
}

static void
mark_code(const struct stacks_node *n, struct recycle_marks *m)
{
	if (n->code && n->code < m->n_codes)
		m->codes[n->code / 64] |= (uint64_t)1 << n->code % 64;
}

void
stacks_mark_inherited(struct recycle_marks *m)
{
	uint32_t i;

	for (i = stacks_first(); i < n_inherited; i++)
		mark_code(node(i), m);
}

static bool
is_marked(const struct recycle_marks *m, uint32_t i)
{
	return m->nodes[i / 64] >> i % 64 & 1;
}

/* Those added meanwhile, by threads without the GIL, are permanent. */
void
stacks_mark(stack_id id, struct recycle_marks *m)
{
	for (; is_node(id) && id < m->n_nodes && !is_marked(m, id);
	     id = node(id)->parent) {
		m->nodes[id / 64] |= (uint64_t)1 << id % 64;
		mark_code(node(id), m);
	}
}

/* Under the lock.  Its `next' stays, for threads that are reading the chain. */
static void
take_out(uint32_t i)
{
	struct stacks_node *n = node(i);
	size_t bucket = bucket_of(n->parent, n->code, n->offset);
	uint32_t at =
		atomic_load_explicit(&buckets[bucket], memory_order_relaxed);

	if (at == i) {
		atomic_store_explicit(&buckets[bucket], n->next,
				      memory_order_release);
	} else {
		while (at && node(at)->next != i)
			at = node(at)->next;
		if (!at)
			return; /* it cannot be: let it be */
		node(at)->next = n->next;
	}
	n->code = 0;
	n->offset = (int32_t)first_free;
	first_free = i;
	n_free++;
}

bool
stacks_sweep(const struct recycle_marks *m, size_t n_most)
{
	uint32_t i = stacks_first();
	size_t n = 0;

	/* In a forked child, the number shows what is its parent's. */
	if (i < n_inherited)
		i = n_inherited;
	for (; i < m->n_nodes && n < n_most; i++) {
		if (is_marked(m, i) || !node(i)->code ||
		    is_permanent_below(node(i)->parent) ||
		    *asked_for(i) == (uint8_t)rounds_now)
			continue;
		/* One at a time: fork() must not meet it held for long. */
		spin_lock(&lock);
		take_out(i);
		spin_unlock(&lock);
		n++;
	}
	return i >= m->n_nodes;
}

uint32_t
stacks_first(void)
{
	return n_forgotten + FIRST_NODE;
}

const uint32_t *
stacks_counter(void)
{
	return &n_nodes;
}

const uint32_t *
stacks_free_counter(void)
{
	return &n_free;
}

size_t
stacks_number(void)
{
	return n_nodes - FIRST_NODE - n_forgotten - n_free;
}

size_t
stacks_bytes(void)
{
	return (n_nodes - stacks_first()) * STACKS_NODE_BYTES + codes_bytes();
}
