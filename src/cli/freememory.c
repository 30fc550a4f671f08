#include "config.h"

#include "cli/freememory.h"

#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/refusal.h"
#include "cli/cli.h"
#include "common/buf.h"

enum {
	/* The text, its JSON and the report, at once: 10.7 for 367 MB. */
	TIMES_ITS_SIZE = 10,
	NOT_WORTH_ASKING = 4 << 20,
};

static void
take_less(int64_t *least, int64_t n)
{
	if (n >= 0 && (*least < 0 || n < *least))
		*least = n;
}

/* Of the machine, of our cgroup, of our limit; -1: not known. */
static int64_t
room_here(void)
{
	struct refusal_facts f;
	int64_t room = -1;

	refusal_gather(&f, getpid());
	take_less(&room, f.available);
	take_less(&room, f.group_available);
	if (f.address_limit >= 0 && f.address_space >= 0)
		take_less(&room, f.address_limit > f.address_space ?
					 f.address_limit - f.address_space :
					 0);
	return room;
}

bool
freememory_is_enough(const char *path)
{
	struct stat st;
	struct buf size, needed, here;
	int64_t room, need;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < NOT_WORTH_ASKING ||
	    st.st_size > INT64_MAX / TIMES_ITS_SIZE)
		return true;
	need = st.st_size * TIMES_ITS_SIZE;
	room = room_here();
	if (room < 0 || need <= room)
		return true;
	buf_init(&size);
	buf_init(&needed);
	buf_init(&here);
	buf_size(&size, (uint64_t)st.st_size);
	buf_size(&needed, (uint64_t)need);
	buf_size(&here, (uint64_t)room);
	complain("%s: too large to read here: it has %s, which takes about %s "
		 "of memory, and only %s is free (max_findings=N makes smaller "
		 "reports)",
		 path, buf_string(&size), buf_string(&needed),
		 buf_string(&here));
	buf_fini(&here);
	buf_fini(&needed);
	buf_fini(&size);
	return false;
}
