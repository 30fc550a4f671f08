#include "config.h"

#include "shim/stacks.h"

#include <string.h>
#include <sys/mman.h>

#include "python/api.h"
#include "python/linetable.h"
#include "shim/codes.h"
#include "shim/fault.h"
#include "shim/spin.h"
#include "shim/trie.h"

/*
 * Nodes are never moved, and their chains are only added to while hooks run,
 * so readers need no lock.
 */
struct trie_node {
	uint32_t parent;
	uint32_t next; /* in the bucket; of a free node: the next free one */
	uint32_t code;
	int32_t offset; /* into the bytecode */
};

enum {
	BUCKETS = 1 << 20,
	MAX_NODES = 1 << 26, /* what a slot of the side table can name */
	MIN_NODES = 1 << 16,
	FIRST_NODE = TRIE_ROOT_OTHER + 1,
};

static struct trie_node *nodes;
static _Atomic uint32_t *buckets;
static size_t n_room;
static uint32_t n_nodes = FIRST_NODE; /* handed out so far */
static uint32_t free_nodes;           /* recycled; guarded by lock */
static size_t n_free;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void *
reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

bool
stacks_init(void)
{
	if (nodes)
		return true;
	buckets = reserve(BUCKETS * sizeof *buckets);
	/* Address space only; less of it where a limit is set. */
	for (n_room = MAX_NODES; buckets && n_room >= MIN_NODES; n_room /= 4) {
		nodes = reserve(n_room * sizeof *nodes);
		if (nodes)
			break;
	}
	return nodes;
}

static size_t
bucket_of(uint32_t parent, uint32_t code, int32_t offset)
{
	uint64_t h = ((uint64_t)code << 32 | (uint32_t)offset) ^
		     (uint64_t)parent * 0x9e3779b97f4a7c15ULL;

	return (size_t)(h * 0xff51afd7ed558ccdULL >> 44);
}

static uint32_t
find(size_t bucket, uint32_t parent, uint32_t code, int32_t offset)
{
	uint32_t i = atomic_load_explicit(&buckets[bucket],
					  memory_order_acquire);

	while (i && (nodes[i].parent != parent || nodes[i].code != code ||
		     nodes[i].offset != offset))
		i = nodes[i].next;
	return i;
}

static uint32_t
take_node(void)
{
	uint32_t i = free_nodes;

	if (i) {
		free_nodes = nodes[i].next;
		n_free--;
		return i;
	}
	return n_nodes < n_room ? n_nodes++ : 0;
}

stack_id
trie_intern(stack_id parent, uint32_t code, int32_t offset)
{
	size_t bucket = bucket_of(parent, code, offset);
	uint32_t i = find(bucket, parent, code, offset);

	if (i)
		return i;
	spin_lock(&lock);
	i = find(bucket, parent, code, offset);
	if (!i && (i = take_node())) {
		nodes[i] = (struct trie_node){
			parent,
			atomic_load_explicit(&buckets[bucket],
					     memory_order_relaxed),
			code, offset};
		atomic_store_explicit(&buckets[bucket], i,
				      memory_order_release);
	}
	spin_unlock(&lock);
	if (!i)
		fault_count(FAULT_STACKS_FULL);
	return i;
}

static bool
is_node(stack_id id)
{
	return id >= FIRST_NODE && id < n_nodes;
}

size_t
stacks_lines(stack_id id, struct report_line *lines, size_t n_max)
{
	size_t n = 0;

	for (; is_node(id) && n < n_max; id = nodes[id].parent) {
		const struct code_copy *c = codes_get(nodes[id].code);

		/* A frame that was still being set up: its caller is meant. */
		if (!c || nodes[id].offset < c->first_traceable)
			continue;
		lines[n++] = (struct report_line){
			c->function, c->file,
			linetable_find(python.version, c->table, c->n_table,
				       c->first_line, nodes[id].offset)};
	}
	return n;
}

int
stacks_is_main_thread(stack_id id)
{
	while (is_node(id))
		id = nodes[id].parent;
	return id == TRIE_ROOT_MAIN ? 1 : id == TRIE_ROOT_OTHER ? 0 : -1;
}

size_t
stacks_number(void)
{
	return n_nodes - FIRST_NODE - n_free;
}

size_t
stacks_bytes(void)
{
	return n_nodes * sizeof *nodes + codes_bytes();
}

/* ---- recycling ---- */

static int
mark_block(const struct block *b, void *ctx)
{
	uint8_t *used = ctx;
	stack_id id = b->stack;

	for (; is_node(id) && !(used[id / 8] >> id % 8 & 1);
	     id = nodes[id].parent)
		used[id / 8] |= (uint8_t)(1 << id % 8);
	return 0;
}

void
stacks_recycle(void)
{
	size_t bytes = n_nodes / 8 + 1, bucket;
	uint8_t *used = nodes ? reserve(bytes) : NULL;
	uint32_t i, next;

	if (!used)
		return;
	sidetable_walk(mark_block, used);
	spin_lock(&lock);
	for (bucket = 0; bucket < BUCKETS; bucket++) {
		uint32_t kept = 0;

		for (i = buckets[bucket]; i; i = next) {
			next = nodes[i].next;
			if (used[i / 8] >> i % 8 & 1) {
				nodes[i].next = kept;
				kept = i;
			} else {
				nodes[i].next = free_nodes;
				free_nodes = i;
				n_free++;
			}
		}
		buckets[bucket] = kept;
	}
	spin_unlock(&lock);
	munmap(used, bytes);
}
