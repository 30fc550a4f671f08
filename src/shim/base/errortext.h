/*
 * errortext.h - what an errno means, without a lock and a locale
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_ERRORTEXT_H
#define LEAKSHIM_SHIM_ERRORTEXT_H

/* In words that fit opening or writing a file; NULL: not known. */
const char *error_text(int error);

#endif /* LEAKSHIM_SHIM_ERRORTEXT_H */
