#include "config.h"

#include "shim/check/command.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "common/buf.h"
#include "shim/base/channel.h"
#include "shim/base/clone.h"
#include "shim/base/filters.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/check/turn.h"

enum { EXIT_MS = 60000 };

static atomic_flag is_serving = ATOMIC_FLAG_INIT;
static atomic_bool is_checking;
static struct options usual; /* while a check has options of its own */

bool
command_begin(void)
{
	return !atomic_flag_test_and_set(&is_serving);
}

void
command_end(void)
{
	atomic_flag_clear(&is_serving);
}

void
command_take_options(const char *text)
{
	struct options *o = &process.options;
	struct buf complaints;

	usual = *o;
	atomic_store(&is_checking, true);
	buf_init(&complaints);
	if (text)
		options_parse(o, text, &complaints);
	/* A clone needs no time of the program's; in place it would. */
	o->isolate = true;
	if (strcmp(o->suppressions, usual.suppressions) ||
	    strcmp(o->baseline, usual.baseline))
		filters_read_for_now(o, &complaints);
	if (complaints.len)
		say_text(&complaints);
	buf_fini(&complaints);
}

void
command_put_options_back(void)
{
	filters_put_back();
	process.options = usual;
	atomic_store(&is_checking, false);
}

void
command_wait_until_idle(void)
{
	uint64_t until = clone_now_ns() + (uint64_t)EXIT_MS * 1000000;

	while (atomic_load(&is_checking) && clone_now_ns() < until)
		turn_nap();
}

void
command_forked(void)
{
	channel_forked();
	atomic_flag_clear(&is_serving);
	filters_forked();
	/* What the child says is not for the command. */
	if (atomic_load(&is_checking))
		process.options = usual;
	atomic_store(&is_checking, false);
}
