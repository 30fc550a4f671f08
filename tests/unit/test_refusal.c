#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/cgroups.h"
#include "attach/refusal.h"
#include "tap.h"

/* A process that may be attached to. */
static const struct refusal_facts fine = {
	.pid = 4711,
	.exists = true,
	.process = 4711,
	.state = 'S',
	.own_uid = 1000,
	.uid = 1000,
	.yama = REFUSAL_UNKNOWN,
	.resident = 100 << 20,
	.address_space = 300 << 20,
	.address_limit = REFUSAL_UNKNOWN,
	.available = (int64_t)4 << 30,
	.group_available = REFUSAL_UNKNOWN,
};

static void
refused(const struct refusal_facts *f, const char *words)
{
	char why[REFUSAL_BYTES] = "";

	ok(!refusal_judge(f, why) && strstr(why, words) && !strchr(why, '\n'),
	   words);
}

static void
accepted(const struct refusal_facts *f, const char *name)
{
	char why[REFUSAL_BYTES];

	ok(refusal_judge(f, why), name);
}

static void
test_kinds(void)
{
	struct refusal_facts f = fine;

	accepted(&f, "a process of our own");
	f.proc_problem = "/proc is of another PID namespace";
	refused(&f, "another PID namespace");
	f = fine;
	f.exists = false;
	refused(&f, "no such process");
	f = fine;
	f.is_self = true;
	refused(&f, "this command itself");
	f = fine;
	f.process = 12;
	refused(&f, "the process is 12");
	f = fine;
	f.state = 'Z';
	refused(&f, "zombie");
	f = fine;
	f.is_kernel_thread = true;
	refused(&f, "a kernel thread");
	f = fine;
	f.is_ending = true;
	refused(&f, "exiting");
}

static void
test_states(void)
{
	struct refusal_facts f = fine;

	f.tracer = 99;
	strcpy(f.tracer_name, "strace");
	refused(&f, "process 99 (strace) is tracing it");
	f = fine;
	f.state = 'T';
	refused(&f, "kill -CONT 4711");
	f.state = 't';
	refused(&f, "it is stopped");
	f.state = 'D';
	accepted(&f, "a wait in the kernel ends some time");
	f = fine;
	f.is_frozen = true;
	refused(&f, "frozen");
	f = fine;
	f.shares_memory = true;
	refused(&f, "vfork");
	f = fine;
	f.seccomp = 1;
	refused(&f, "strict seccomp");
	f.seccomp = 2;
	accepted(&f, "filters are the kernel's to suspend");
}

static void
test_permission(void)
{
	struct refusal_facts f = fine;

	f.uid = 33;
	refused(&f, "belongs to user 33");
	f.has_capability = true;
	accepted(&f, "another user's, with the capability");
	f = fine;
	f.yama = 0;
	accepted(&f, "ptrace_scope 0");
	f.yama = 1;
	refused(&f, "ptrace_scope is 1");
	f.is_descendant = true;
	accepted(&f, "ptrace_scope 1, and it descends from us");
	f.yama = 2;
	refused(&f, "ptrace_scope is 2");
	f.has_capability = true;
	accepted(&f, "ptrace_scope 2 with the capability");
	f.yama = 3;
	refused(&f, "ptrace_scope is 3");
	f = fine;
	f.open_error = EACCES;
	refused(&f, "more privileges than you");
	f.has_capability = true;
	refused(&f, "SELinux");
	f.open_error = ENOMEM;
	refused(&f, "cannot be opened");
}

static void
test_memory(void)
{
	struct refusal_facts f = fine;
	char why[REFUSAL_BYTES];

	ok(refusal_judge_memory(&f, true, why), "there is memory");
	f.available = 100 << 20;
	ok(refusal_judge_memory(&f, false, why), "enough to attach");
	ok(!refusal_judge_memory(&f, true, why) &&
		   strstr(why, "on the machine"),
	   "too little for a check");
	f = fine;
	f.group_available = 10 << 20;
	ok(!refusal_judge_memory(&f, false, why) && strstr(why, "its cgroup"),
	   "the cgroup has less than the machine");
	f = fine;
	f.address_limit = 400 << 20;
	ok(!refusal_judge_memory(&f, false, why) && strstr(why, "RLIMIT_AS"),
	   "address space is limited");
	f.address_limit = (int64_t)2 << 30;
	ok(refusal_judge_memory(&f, false, why), "and there is enough of it");
	f.available = f.resident = f.address_space = REFUSAL_UNKNOWN;
	ok(refusal_judge_memory(&f, true, why),
	   "what is not known is no reason");
}

static int
remove_one(const char *path, const struct stat *s, int kind, struct FTW *walk)
{
	(void)s, (void)kind, (void)walk;
	return remove(path);
}

static void
write_file(const char *root, const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", root, name);
	f = fopen(path, "w");
	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

static int64_t
available_in(const char *root, const char *groups, bool *is_frozen)
{
	struct refusal_facts f = {.group_available = REFUSAL_UNKNOWN};

	cgroups_gather(&f, root, groups);
	*is_frozen = f.is_frozen;
	return f.group_available;
}

static void
test_groups(void)
{
	char root[] = "/tmp/leakshim-groups-XXXXXX", path[64];
	bool is_frozen;

	if (!mkdtemp(root)) {
		ok(false, "a directory");
		return;
	}
	snprintf(path, sizeof path, "%s/outer", root);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/outer/inner", root);
	mkdir(path, 0700);
	write_file(root, "outer/inner/memory.max", "max\n");
	write_file(root, "outer/inner/memory.current", "5000\n");
	is_number(available_in(root, "0::/outer/inner\n", &is_frozen),
		  REFUSAL_UNKNOWN, "no limit");
	write_file(root, "outer/memory.max", "90000\n");
	write_file(root, "outer/memory.current", "20000\n");
	is_number(available_in(root, "1:name=x:/y\n0::/outer/inner\n",
			       &is_frozen),
		  70000, "the limit of a group around it");
	write_file(root, "outer/inner/memory.max", "8000\n");
	is_number(available_in(root, "0::/outer/inner\n", &is_frozen), 3000,
		  "its own, where that is less");
	write_file(root, "outer/inner/memory.stat",
		   "anon 1\ninactive_file 4000\nactive_file 9\n");
	is_number(available_in(root, "0::/outer/inner\n", &is_frozen), 7000,
		  "pages of files can go");
	ok(!is_frozen, "nothing is frozen");
	write_file(root, "outer/cgroup.freeze", "1\n");
	available_in(root, "0::/outer/inner\n", &is_frozen);
	ok(is_frozen, "a group around it is");
	is_number(available_in(root, "3:memory:/outer\n", &is_frozen),
		  REFUSAL_UNKNOWN, "version 1 is not read");
	write_file(root, "memory.max", "100\n");
	write_file(root, "memory.current", "90\n");
	is_number(available_in(root, "0::/\n", &is_frozen), 10,
		  "in a container the group is the root");
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
test_gathering(void)
{
	struct refusal_facts f;

	refusal_gather(&f, getpid());
	ok(f.exists && f.is_self && f.process == getpid() && f.state == 'R' &&
		   f.uid == getuid() && f.resident > 0 && f.available > 0,
	   "the facts of this process");
	refusal_gather(&f, -5);
	ok(!f.exists, "no process has that number");
	refusal_gather(&f, 1);
	ok(f.exists && !f.is_self && f.process == 1, "the first process");
}

int
main(void)
{
	test_kinds();
	test_states();
	test_permission();
	test_memory();
	test_groups();
	test_gathering();
	return tap_done();
}
