/*
 * code.h - the fields of a code object
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_CODE_H
#define LEAKSHIM_PYTHON_CODE_H

#include <stdbool.h>
#include <stddef.h>

struct code_info {
	const void *name;           /* str: qualified from 3.11 on */
	const void *filename;       /* str */
	const unsigned char *table; /* line table, borrowed */
	size_t n_table;
	int first_line;
	int first_traceable;  /* bytes; frames before it are being set up */
	const char *bytecode; /* start of the instructions, 3.11+ */
};

/* False if code is not a code object. */
bool code_read(const void *code, struct code_info *out);

#endif /* LEAKSHIM_PYTHON_CODE_H */
