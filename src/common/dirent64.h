/*
 * dirent64.h - what getdents64(2) writes
 *
 * Neither readdir(3), which allocates, nor the C library's structure, whose
 * form is its own.
 */
#ifndef LEAKSHIM_COMMON_DIRENT64_H
#define LEAKSHIM_COMMON_DIRENT64_H

#include <stdint.h>

/* struct linux_dirent64 (Linux: include/linux/dirent.h). */
struct dirent64_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

#endif /* LEAKSHIM_COMMON_DIRENT64_H */
