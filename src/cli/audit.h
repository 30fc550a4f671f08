/*
 * audit.h - leakshim doctor --audit
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_AUDIT_H
#define LEAKSHIM_CLI_AUDIT_H

/*
 * Run the command under the library, which is preloaded already, and print
 * which types of it hide references.  Returns the exit status.
 */
int audit_command(char **command);

#endif /* LEAKSHIM_CLI_AUDIT_H */
