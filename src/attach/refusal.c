#include "config.h"

#include "attach/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/cgroups.h"
#include "attach/remote.h"
#include "common/procfs.h"

enum { CAP_SYS_PTRACE_BIT = 19, TEXT_BYTES = 8192 };

/* ---- facts ---- */

static int64_t
kilobytes(const char *text, const char *key)
{
	long v = remote_field(text, key, 10, REFUSAL_UNKNOWN);

	return v < 0 ? REFUSAL_UNKNOWN : (int64_t)v * 1024;
}

static bool
descends_from_us(pid_t pid)
{
	char text[TEXT_BYTES];
	int depth;

	for (depth = 0; pid > 1 && depth < 256; depth++) {
		if (pid == getpid())
			return true;
		if (remote_file(pid, "status", text, sizeof text) <= 0)
			return false;
		pid = (pid_t)remote_field(text, "PPid", 10, 0);
	}
	return false;
}

static void
gather_tracer(struct refusal_facts *f)
{
	if (remote_file(f->tracer, "comm", f->tracer_name,
			sizeof f->tracer_name) > 0)
		f->tracer_name[strcspn(f->tracer_name, "\n")] = '\0';
}

static void
gather_memory(struct refusal_facts *f, const char *status)
{
	char text[TEXT_BYTES], *line;
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	f->available = kilobytes(text, "MemAvailable");
	f->resident = kilobytes(status, "VmRSS");
	f->address_space = kilobytes(status, "VmSize");
	if (remote_file(f->pid, "limits", text, sizeof text) <= 0)
		return;
	line = strstr(text, "Max address space");
	if (line && sscanf(line + 17, "%ld", &f->address_limit) != 1)
		f->address_limit = REFUSAL_UNKNOWN;
}

/* Has it PF_KTHREAD among its flags? */
static bool
is_of_kernel(pid_t pid)
{
	enum { FLAGS = 7, OF_KERNEL = 0x200000 };
	char text[TEXT_BYTES];

	return remote_file(pid, "stat", text, sizeof text) > 0 &&
	       strtoul(remote_stat_field(text, FLAGS), NULL, 10) & OF_KERNEL;
}

static void
gather_status(struct refusal_facts *f, const char *status)
{
	bool has_no_memory;
	const char *state = strstr(status, "\nState:");
	char exe[64], link[8];

	f->state = '?';
	if (state)
		f->state = state[7 + strspn(state + 7, " \t")];
	f->process = (pid_t)remote_field(status, "Tgid", 10, f->pid);
	f->tracer = (pid_t)remote_field(status, "TracerPid", 10, 0);
	f->seccomp = (int)remote_field(status, "Seccomp", 10, 0);
	f->uid = (uid_t)remote_field(status, "Uid", 10, 0);
	if (f->tracer)
		gather_tracer(f);
	snprintf(exe, sizeof exe, "/proc/%d/exe", (int)f->pid);
	has_no_memory = f->state != 'Z' && f->state != 'X' &&
			!strstr(status, "\nVmSize:") &&
			readlink(exe, link, sizeof link) < 0 && errno == ENOENT;
	f->is_kernel_thread = has_no_memory && is_of_kernel(f->pid);
	f->is_ending = has_no_memory && !f->is_kernel_thread;
	f->shares_memory = syscall(SYS_kcmp, f->pid,
				   (pid_t)remote_field(status, "PPid", 10, 0),
				   KCMP_VM, 0, 0) == 0;
}

static bool
has_ptrace_capability(void)
{
	char text[TEXT_BYTES];
	const char *line;

	if (remote_file(getpid(), "status", text, sizeof text) <= 0)
		return false;
	line = strstr(text, "\nCapEff:");
	return line && strtoull(line + 8, NULL, 16) >> CAP_SYS_PTRACE_BIT & 1;
}

void
refusal_gather(struct refusal_facts *f, pid_t pid)
{
	char status[TEXT_BYTES], groups[TEXT_BYTES], path[64];
	int fd;

	*f = (struct refusal_facts){
		.pid = pid,
		.proc_problem = procfs_problem(),
		.is_self = pid == getpid(),
		.own_uid = geteuid(),
		.has_capability = has_ptrace_capability(),
		.yama = (int)cgroups_number(
			"/proc/sys/kernel/yama/ptrace_scope"),
		.resident = REFUSAL_UNKNOWN,
		.address_space = REFUSAL_UNKNOWN,
		.address_limit = REFUSAL_UNKNOWN,
		.available = REFUSAL_UNKNOWN,
		.group_available = REFUSAL_UNKNOWN,
	};
	if (pid <= 0 || remote_file(pid, "status", status, sizeof status) <= 0)
		return;
	f->exists = true;
	gather_status(f, status);
	if (remote_file(pid, "cgroup", groups, sizeof groups) > 0)
		cgroups_gather(f, "/sys/fs/cgroup", groups);
	gather_memory(f, status);
	f->is_descendant = descends_from_us(pid);
	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	f->open_error = fd < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
}

bool
refusal_put(char why[REFUSAL_BYTES], const char *what, const char *detail)
{
	snprintf(why, REFUSAL_BYTES, "%s%s%s", what, detail ? ": " : "",
		 detail ? detail : "");
	return false;
}

/* ---- judgement ---- */

static bool __attribute__((format(printf, 2, 3)))
refuse(char why[REFUSAL_BYTES], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, REFUSAL_BYTES, format, args);
	va_end(args);
	return false;
}

static bool
judge_kind(const struct refusal_facts *f, char why[REFUSAL_BYTES])
{
	if (f->proc_problem)
		return refuse(why, "%s", f->proc_problem);
	if (!f->exists)
		return refuse(why, "no such process");
	if (f->is_self)
		return refuse(why, "that is this command itself");
	if (f->process != f->pid)
		return refuse(why, "it is a thread: the process is %d",
			      (int)f->process);
	if (f->state == 'Z' || f->state == 'X')
		return refuse(why, "it has exited, and its parent has not "
				   "waited for it yet (zombie)");
	if (f->is_kernel_thread)
		return refuse(why, "it is a kernel thread");
	if (f->is_ending)
		return refuse(why, "it is exiting");
	return true;
}

static bool
judge_state(const struct refusal_facts *f, char why[REFUSAL_BYTES])
{
	if (f->tracer)
		return refuse(why,
			      "process %d (%s) is tracing it: end that first",
			      (int)f->tracer, f->tracer_name);
	if (f->state == 'T' || f->state == 't')
		return refuse(why,
			      "it is stopped: resume it with kill -CONT "
			      "%d",
			      (int)f->pid);
	if (f->is_frozen)
		return refuse(why, "its cgroup is frozen: thaw it first");
	if (f->shares_memory)
		return refuse(why, "it has just been started and is not a "
				   "program of its own yet (vfork): try again");
	if (f->seccomp == 1)
		return refuse(why, "it runs under strict seccomp, where any "
				   "system call of ours would kill it");
	return true;
}

static bool
judge_permission(const struct refusal_facts *f, char why[REFUSAL_BYTES])
{
	/* If this is set, the kernel does not ask security modules. */
	if (f->yama == 3)
		return refuse(why, "kernel.yama.ptrace_scope is 3: no process "
				   "may be attached to until the next boot");
	if (f->yama == 2 && !f->has_capability)
		return refuse(why, "kernel.yama.ptrace_scope is 2: CAP_SYS_"
				   "PTRACE is needed (run as root)");
	if (f->own_uid != f->uid && !f->has_capability)
		return refuse(why,
			      "it belongs to user %u: run as that user, or as "
			      "root",
			      (unsigned)f->uid);
	if (f->yama == 1 && !f->has_capability && !f->is_descendant)
		return refuse(why, "kernel.yama.ptrace_scope is 1: run as "
				   "root, set it to 0, or grant "
				   "CAP_SYS_PTRACE");
	if (f->open_error == EACCES || f->open_error == EPERM)
		return refuse(
			why, f->has_capability ?
				     "the kernel denies it to everybody here "
				     "(SELinux, AppArmor or a user namespace)" :
				     "it has more privileges than you (setuid, "
				     "capabilities, or prctl): run as root");
	if (f->open_error)
		return refuse(why, "its memory cannot be opened: %s",
			      strerror(f->open_error));
	return true;
}

bool
refusal_judge(const struct refusal_facts *f, char why[REFUSAL_BYTES])
{
	return judge_kind(f, why) && judge_state(f, why) &&
	       judge_permission(f, why);
}

/* Its mappings take address space, of which they use little. */
static const int64_t address_needed = 160 << 20;
static const int64_t memory_needed = 64 << 20;

bool
refusal_judge_memory(const struct refusal_facts *f, bool for_check,
		     char why[REFUSAL_BYTES])
{
	/* Pages that the program writes meanwhile exist twice. */
	int64_t needed = memory_needed +
			 (for_check && f->resident > 0 ? f->resident / 2 : 0);
	int64_t least = f->available;

	if (f->address_limit >= 0 && f->address_space >= 0 &&
	    f->address_limit - f->address_space < address_needed)
		return refuse(why,
			      "its address space is limited (RLIMIT_AS), and "
			      "less than %ld MiB is left: raise the limit",
			      (long)(address_needed >> 20));
	if (f->group_available >= 0 &&
	    (least < 0 || f->group_available < least))
		least = f->group_available;
	if (least >= 0 && least < needed)
		return refuse(why,
			      "%ld MiB of memory may be needed, but only %ld "
			      "MiB is free (%s): it might be killed",
			      (long)(needed >> 20), (long)(least >> 20),
			      least == f->available ? "on the machine" :
						      "in its cgroup");
	return true;
}
