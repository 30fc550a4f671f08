/*
 * diagnosis.h - what works here, for `leakshim doctor'
 *
 * Contract: side shim, at the end of boot; allocates mmap(2) only; no locks.
 */
#ifndef LEAKSHIM_SHIM_DIAGNOSIS_H
#define LEAKSHIM_SHIM_DIAGNOSIS_H

/*
 * With LEAKSHIM_DOCTOR=FD: write "key: value" lines to that descriptor and
 * close it.  Otherwise nothing.
 */
void diagnosis_tell(void);

/* The same, when this Python cannot be watched: "declined: WHY". */
void diagnosis_tell_declined(const char *why);

#endif /* LEAKSHIM_SHIM_DIAGNOSIS_H */
