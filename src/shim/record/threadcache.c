#include "config.h"

#include "shim/record/threadcache.h"

#include <errno.h>

#include "common/glibconly.h"
#include "common/ownmap.h"
#include "common/spin.h"

extern void *__dso_handle __attribute__((visibility("hidden")));

__thread struct thread_cache *threadcache_mine
	__attribute__((tls_model("initial-exec")));

static struct thread_cache *pool; /* guarded by lock */
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void
give_back(void *object)
{
	struct thread_cache *c = object;

	threadcache_mine = THREAD_CACHE_ENDING;
	c->n = 0;
	c->tstate = NULL;
	spin_lock(&lock);
	c->next = pool;
	pool = c;
	spin_unlock(&lock);
}

struct thread_cache *
threadcache_make(void)
{
	int saved = errno;
	struct thread_cache *c;

	spin_lock(&lock);
	c = pool;
	if (c)
		pool = c->next;
	spin_unlock(&lock);
	if (!c) {
		c = ownmap(sizeof *c);
		if (!c)
			return NULL;
	}
	/*
	 * Set first: registering may allocate, and so come here again.
	 */
	threadcache_mine = c;
	__cxa_thread_atexit_impl(give_back, c, &__dso_handle);
	errno = saved;
	return c;
}
