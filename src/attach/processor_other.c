#include "config.h"

#include "attach/processor.h"

#if !defined __x86_64__

#include <elf.h>

const char *
processor_problem(void)
{
	return "attaching works on x86-64 only so far: start the program under "
	       "`leakshim run'";
}

/* The others are not called if there is a problem. */

unsigned
processor_machine(void)
{
	return EM_NONE;
}

bool
processor_save(pid_t tid, struct processor_state *s)
{
	(void)tid;
	(void)s;
	return false;
}

bool
processor_restore(pid_t tid, const struct processor_state *s)
{
	(void)tid;
	(void)s;
	return false;
}

uint64_t
processor_pc(const struct processor_state *s)
{
	(void)s;
	return 0;
}

uint64_t
processor_sp(const struct processor_state *s)
{
	(void)s;
	return 0;
}

long
processor_system_call(const struct processor_state *s)
{
	(void)s;
	return -1;
}

uint64_t
processor_argument(const struct processor_state *s, int i)
{
	(void)s;
	(void)i;
	return 0;
}

long
processor_returned(const struct processor_state *s)
{
	(void)s;
	return 0;
}

void
processor_set_returned(struct processor_state *s, long value)
{
	(void)s;
	(void)value;
}

void
processor_search(const unsigned char *code, size_t n, uint64_t address,
		 struct processor_landmarks *out)
{
	(void)code;
	(void)n;
	(void)address;
	(void)out;
}

bool
processor_set_call(pid_t tid, const struct processor_state *s,
		   uint64_t instruction, uint64_t frame, long number,
		   const uint64_t arguments[6])
{
	(void)tid;
	(void)s;
	(void)instruction;
	(void)frame;
	(void)number;
	(void)arguments;
	return false;
}

bool
processor_result(pid_t tid, long *value)
{
	(void)tid;
	(void)value;
	return false;
}

void
processor_get_stub(struct processor_stub *out)
{
	*out = (struct processor_stub){0};
}

size_t
processor_frame(const struct processor_state *s, uint64_t address,
		unsigned char out[PROCESSOR_FRAME_BYTES])
{
	(void)s;
	(void)address;
	(void)out;
	return 0;
}

bool
processor_is_signal_frame(uint64_t address, const unsigned char *stack,
			  size_t n)
{
	(void)address;
	(void)stack;
	(void)n;
	return true;
}

bool
processor_call(pid_t tid, const struct processor_state *s, uint64_t code,
	       uint64_t function, uint64_t argument, uint64_t stack,
	       uint64_t frame)
{
	(void)tid;
	(void)s;
	(void)code;
	(void)function;
	(void)argument;
	(void)stack;
	(void)frame;
	return false;
}

bool
processor_is_returning(pid_t tid, uint64_t after_return)
{
	(void)tid;
	(void)after_return;
	return false;
}

bool
processor_break_at(pid_t tid, uint64_t address)
{
	(void)tid;
	(void)address;
	return false;
}

bool
processor_is_call(const unsigned char code[PROCESSOR_CALL_BYTES])
{
	(void)code;
	return false;
}

#endif
