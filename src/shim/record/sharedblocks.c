#include "config.h"

#include "shim/record/sharedblocks.h"

#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/siphash.h"
#include "shim/base/process.h"
#include "shim/record/stacks.h"

/*
 * Older ancestors are not remembered: what they allocated is counted per
 * process.
 */
enum { MOST_BIRTHS = 32 };

/* Stacks from `first' on are of that process's time. */
struct birth {
	stack_id first;
	uint64_t name;
};

static struct birth births[MOST_BIRTHS];
static size_t n_births;
static stack_id n_given; /* our children have the stacks below */
static bool has_forked;
static uint64_t key[2];
static bool has_key;

static uint64_t
make_name(void)
{
	struct timespec t;
	uint64_t words[4];

	clock_gettime(CLOCK_MONOTONIC, &t);
	words[0] = (uint64_t)syscall(SYS_getpid);
	words[1] = (uint64_t)t.tv_sec;
	words[2] = (uint64_t)t.tv_nsec;
	/* Processes in other namespaces may have the same ID. */
	words[3] = n_births ? births[n_births - 1].name : 0;
	return siphash(key, words, 4) | 1;
}

void
sharedblocks_init(void)
{
	/* 16 bytes of the kernel's for each exec(2); fork(2) copies them. */
	const char *random = (const char *)getauxval(AT_RANDOM);

	has_key = random != NULL;
	if (random)
		memcpy(key, random, sizeof key);
	births[0] = (struct birth){0, make_name()};
	n_births = 1;
}

void
sharedblocks_has_child(void)
{
	n_given = *stacks_counter();
	has_forked = true;
}

void
sharedblocks_is_child(void)
{
	struct birth own = {*stacks_counter(), make_name()};

	n_given = 0;
	if (n_births < MOST_BIRTHS)
		births[n_births++] = own;
	else
		births[n_births - 1].name = own.name;
}

bool
sharedblocks_are_possible(void)
{
	/* A process that was attached to may have been forked before. */
	return has_key &&
	       (has_forked || process.is_forked || process.is_attached);
}

bool
sharedblocks_find(stack_id stack, uint64_t *owner)
{
	size_t i = n_births;

	*owner = 0;
	if (!stack)
		return true;
	while (i && births[i - 1].first > stack)
		i--;
	if (!i || (i == n_births && stack >= n_given))
		return false;
	*owner = births[i - 1].name;
	return true;
}

const uint64_t *
sharedblocks_key(void)
{
	return key;
}
