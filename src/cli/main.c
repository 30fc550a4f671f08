#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/symbolize.h"

static const struct verb {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *arguments;
	const char *meaning;
} verbs[] = {
	{"run", run_main, "[OPTION...] [--] COMMAND [ARG...]",
	 "run COMMAND under the shim"},
	{"attach", attach_main, "[OPTION...] PID",
	 "load the shim into a running process"},
	{"check", check_main, "[OPTION...] PID",
	 "ask for a check now, print its report"},
	{"status", status_main, "PID",
	 "what the shim in a process knows and costs"},
	{"detach", detach_main, "PID", "stop recording, restore the hooks"},
	{"report", report_main, "[--format=FORMAT] FILE...",
	 "render one report, or several merged"},
	{"gate", gate_main, "[--baseline=FILE] FILE...",
	 "exit status for CI: 23 for findings that are new"},
	{"diff", diff_main, "OLD NEW", "what is new, known, grown and fixed"},
	{"doctor", doctor_main, "[COMMAND...]",
	 "which parts work for this interpreter, and why not"},
	{"python-path", python_path_main, "",
	 "print the directory of leakshim.py and pytest_leakshim.py"},
};

enum { N_VERBS = sizeof verbs / sizeof *verbs };

static void
usage(FILE *out)
{
	size_t i;

	fputs("usage: leakshim VERB [OPTION...]\n\n", out);
	for (i = 0; i < N_VERBS; i++)
		fprintf(out, "  leakshim %s %s\n        %s\n", verbs[i].name,
			verbs[i].arguments, verbs[i].meaning);
	fputs("\n  leakshim VERB --help     the options of a verb\n"
	      "  leakshim --version\n\n"
	      "Without the command: LD_PRELOAD=libleakshim.so python app.py, "
	      "see libleakshim(7).\n",
	      out);
}

static int
unknown_verb(const char *name)
{
	complain("unknown verb '%s': the verbs are run, attach, check, status, "
		 "detach, report, gate, diff, doctor and python-path (leakshim "
		 "--help)",
		 name);
	return STATUS_USAGE;
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		usage(stdout);
		return STATUS_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("leakshim %s\n", PACKAGE_VERSION);
		return STATUS_OK;
	}
	for (i = 0; i < N_VERBS; i++)
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].main(argc - 1, argv + 1);
	if (!strcmp(argv[1], "symbolize")) /* the library's, not people's */
		return symbolize_main(argc - 1, argv + 1);
	return unknown_verb(argv[1]);
}
