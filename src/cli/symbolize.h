/*
 * symbolize.h - functions, files and lines of native frames, by elfutils
 *
 * A report names native frames by module, offset and build id; here debug
 * information is searched for: in the module, in the system's directories, and
 * where DEBUGINFOD_URLS points.  A module that is no longer the one that the
 * program ran is ignored.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3), and the arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_SYMBOLIZE_H
#define LEAKSHIM_CLI_SYMBOLIZE_H

struct arena;
struct report;

/* Fill in what is not known yet, and update the advice. */
void symbolize(struct arena *a, struct report *r);

/*
 * `leakshim symbolize', for the library: a line "MODULE <tab> OFFSET <tab>
 * BUILD-ID" on standard input becomes "FUNCTION <tab> FILE <tab> LINE".
 */
int symbolize_main(int argc, char **argv);

#endif /* LEAKSHIM_CLI_SYMBOLIZE_H */
