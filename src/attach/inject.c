#include "config.h"

#include "attach/inject.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach/borrow.h"
#include "attach/guardian.h"
#include "attach/hold.h"
#include "attach/processor.h"
#include "attach/program.h"
#include "attach/supply.h"
#include "common/attachpage.h"

enum {
	FIND_MS = 10000,
	LOAD_MS = 50, /* that the thread stays stopped while the other loads */
};

static void
fill_request(const struct injection *in, struct attach_page *request)
{
	const struct program *p = in->program;
	struct processor_stub stub;

	processor_get_stub(&stub);
	request->magic = ATTACH_MAGIC;
	request->version = ATTACH_VERSION;
	request->errno_location = p->errno_location;
	request->create = p->create;
	request->detach = p->detach;
	request->dlopen = p->dlopen;
	request->dlsym = p->dlsym;
	request->dlerror = p->dlerror;
	request->lock = p->lock;
	request->unlock = p->unlock;
	request->thread_start = in->code + stub.thread;
	request->serve = p->serve;
	request->dlopen_flags = p->dlopen_flags;
	request->code = in->code;
	request->code_bytes = in->code_bytes;
	request->self = in->page;
	request->self_bytes = in->page_bytes;
	snprintf(request->name, sizeof request->name, "%s", ATTACH_SERVE);
}

static bool
prepare(struct injection *in, struct borrowed *b, struct attach_page *request,
	const char *library, char why[REFUSAL_BYTES])
{
	request->channel = request->library = -1;
	if (!supply_map(in, b, why) ||
	    (!in->program->serve &&
	     !supply_library(in, b, library, request, why)) ||
	    !supply_channel(in, b, request, why))
		return false;
	fill_request(in, request);
	return remote_write(&b->program->memory, in->page, request,
			    sizeof *request) ||
	       refusal_put(why, "its memory cannot be written",
			   strerror(errno));
}

static void
undo(struct injection *in, struct borrowed *b,
     const struct attach_page *request)
{
	supply_close(b, request->library);
	supply_close(b, request->channel);
	supply_unmap(in, b);
	if (in->channel >= 0)
		close(in->channel);
	in->channel = -1;
}

/* How far the new thread has come. */
static uint32_t
stage_of(const struct injection *in, struct attach_page *now)
{
	return remote_read(&in->program->memory, in->page, now, sizeof *now) ?
		       now->stage :
		       ATTACH_STAGE_NONE;
}

static bool
is_created(struct injection *in, struct attach_page *now,
	   enum borrow_result result, char why[REFUSAL_BYTES])
{
	stage_of(in, now);
	if (result == BORROW_CRASHED)
		return refusal_put(why,
				   "pthread_create() did not return as "
				   "expected in it",
				   NULL);
	if (now->create_result)
		return refusal_put(why, "no thread can be started in it",
				   strerror(now->create_result));
	return true;
}

/*
 * While the loader works, no child should be forked, because it would inherit
 * the loader's locks: the thread that is stopped is usually the one that would
 * fork.
 */
static void
wait_for_loader(const struct injection *in, struct attach_page *now)
{
	uint64_t until = hold_now_us() + LOAD_MS * 1000;

	while (stage_of(in, now) == ATTACH_STAGE_NONE && hold_now_us() < until)
		usleep(50);
}

static void
allow_unmap(const struct injection *in, uint32_t yes)
{
	remote_write(&in->program->memory,
		     in->page + offsetof(struct attach_page, may_unmap), &yes,
		     sizeof yes);
}

static bool
do_inject(struct injection *in, struct program *p, struct attach_page *request,
	  const char *library, char why[REFUSAL_BYTES])
{
	struct processor_stub stub;
	enum borrow_result result;
	static struct borrowed b;
	struct attach_page now;
	bool ok;

	*in = (struct injection){.program = p, .channel = -1};
	if (!borrow_thread(&b, p, BORROW_ANY, FIND_MS, why))
		return false;
	in->tries = b.tries;
	if (!prepare(in, &b, request, library, why)) {
		undo(in, &b, request);
		borrow_end(&b);
		return false;
	}
	processor_get_stub(&stub);
	result = borrow_run(&b, in->code + stub.create, in->page,
			    supply_stack_at(in));
	if (result == BORROW_STUCK) {
		close(in->channel);
		in->channel = -1;
		return refusal_put(why,
				   "starting a thread in it takes too long (a "
				   "lock is held): try again",
				   NULL);
	}
	ok = is_created(in, &now, result, why);
	if (ok)
		wait_for_loader(in, &now);
	else
		undo(in, &b, request);
	borrow_end(&b);
	in->in_target[0] = request->channel;
	in->in_target[1] = request->library;
	if (ok)
		allow_unmap(in, 1);
	return ok;
}

static void
do_clean_up(struct injection *in)
{
	static struct borrowed b;
	char why[REFUSAL_BYTES];

	if (!borrow_thread(&b, in->program, BORROW_ANY, FIND_MS, why))
		return;
	supply_close(&b, in->in_target[0]);
	supply_close(&b, in->in_target[1]);
	supply_unmap(in, &b);
	borrow_end(&b);
}

static bool
do_main_thread(struct injection *in, uint64_t function, char why[REFUSAL_BYTES])
{
	static struct borrowed b;
	enum borrow_result result;

	if (!borrow_thread(&b, in->program, BORROW_MAIN, FIND_MS, why))
		return false;
	/* The thread that we made must not end before this one has returned. */
	allow_unmap(in, 0);
	if (!supply_frame(in, &b)) {
		refusal_put(why, "its memory cannot be written", NULL);
		borrow_end(&b);
		allow_unmap(in, 1);
		return false;
	}
	result = borrow_run(&b, function, 0, supply_stack_at(in));
	if (result != BORROW_STUCK) {
		borrow_end(&b);
		allow_unmap(in, 1);
	}
	return result == BORROW_RETURNED ||
	       refusal_put(why, "its main thread could not be used", NULL);
}

/* ---- by the guardian ---- */

struct order {
	struct injection in;
	struct program *program;
	struct attach_page request;
	const char *library;
	uint64_t function;
	char why[REFUSAL_BYTES];
	int channel; /* the new one */
	bool ok;
};

static void
order_inject(void *state)
{
	struct order *o = state;

	o->ok = do_inject(&o->in, o->program, &o->request, o->library, o->why);
	o->channel = o->in.channel;
}

static void
order_clean_up(void *state)
{
	struct order *o = state;

	do_clean_up(&o->in);
}

static void
order_main_thread(void *state)
{
	struct order *o = state;

	o->ok = do_main_thread(&o->in, o->function, o->why);
}

static bool
give(struct order *o, void (*work)(void *state), char why[REFUSAL_BYTES])
{
	o->channel = -1;
	if (!guardian_run(work, o, sizeof *o, &o->channel))
		return refusal_put(why, "cannot start a helper process",
				   strerror(errno));
	memcpy(why, o->why, REFUSAL_BYTES);
	return o->ok;
}

bool
inject(struct injection *in, struct program *p, struct attach_page *request,
       const char *library, char why[REFUSAL_BYTES])
{
	static struct order o;
	bool ok;

	o = (struct order){.program = p, .library = library};
	o.request = *request;
	ok = give(&o, order_inject, why);
	*in = o.in;
	in->channel = o.channel;
	return ok;
}

void
inject_clean_up(struct injection *in)
{
	static struct order o;
	char why[REFUSAL_BYTES];

	o = (struct order){.in = *in};
	give(&o, order_clean_up, why);
}

bool
inject_main_thread(struct injection *in, uint64_t function,
		   char why[REFUSAL_BYTES])
{
	static struct order o;

	o = (struct order){.in = *in, .function = function};
	return give(&o, order_main_thread, why);
}
