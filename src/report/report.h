/*
 * report.h - what a check found, as the structs that every format is made of
 *
 * The analysis child fills a struct report and hands it to text.c or json.c;
 * the tool reads a JSON report back into the same struct and prints it with the
 * same code.  Everything is in the arena of the report's maker, so nothing here
 * is freed one by one.
 *
 * Unknown is never 0: counts that are not known are REPORT_UNKNOWN, times
 * below 0, strings NULL; JSON has null for all of them.
 *
 * Contract: plain data; side: analysis child and tool.
 */
#ifndef LEAKSHIM_REPORT_REPORT_H
#define LEAKSHIM_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_SCHEMA "leakshim.report/1"
#define REPORT_UNKNOWN INT64_MIN

enum finding_kind {
#define KIND(name, word) FINDING_##name,
#define REASON(name, kind, word)
#include "common/kinds.def"
#undef KIND
#undef REASON
	FINDING_KINDS
};

enum finding_reason {
	REASON_NONE,
#define KIND(name, word)
#define REASON(name, kind, word) REASON_##name,
#include "common/kinds.def"
#undef KIND
#undef REASON
	REASONS
};

enum finding_state { STATE_NEW, STATE_KNOWN, STATE_SUPPRESSED, STATE_STARTUP };

/* One frame of a Python backtrace. */
struct report_line {
	const char *function;
	const char *file; /* as co_filename has it */
	int line;         /* below 1: unknown */
};

/* One frame of a native backtrace. */
struct report_native {
	const char *function; /* as its author wrote it: report/cxxname.h */
	const char *symbol;   /* as the table of symbols has it; not in JSON */
	const char *module;
	int64_t offset; /* of the call, as the module's file counts addresses */
	const char *build_id; /* of the module, in hexadecimal */
	const char *file;
	int line;
	int n_python; /* it is the interpreter's loop, running so many frames */
};

struct report_type {
	const char *name; /* module.qualname */
	int64_t count;
	int64_t bytes;
	const char *module_file; /* of the type's module */
};

struct report_finalizer {
	const char *type;
	const char *name; /* __del__ */
	const char *file; /* NULL for a C finalizer */
	int line;
	int ran; /* 1, 0, -1 unknown */
};

/* A member of the cycle and its edge to the next one. */
struct report_edge {
	const char *type;
	int64_t refcount;
	int generation;   /* 0 to 2, 3 permanent, -1 unknown */
	const char *edge; /* "._self", "['key']", "[3]", "(closure) x"; NULL */
	uint64_t address; /* printed with verbosity=2 only */
};

/* Of growth.path and held_by. */
struct report_holder {
	const char *type;
	const char *edge;
};

/*
 * Islands that other processes may have as well, since a fork: all alike.  An
 * id tells one, the same in all processes.
 */
struct report_shared {
	int64_t objects, bytes;          /* of each of them */
	const struct report_type *types; /* of each of them */
	size_t n_types;
	const uint64_t *ids;
	size_t n_ids;
};

struct finding {
	char fingerprint[48]; /* KIND-16 hex digits */
	enum finding_kind kind;
	enum finding_reason reason;
	enum finding_state state;
	int64_t count;   /* separate islands */
	int64_t objects; /* all objects in them */
	int64_t bytes;   /* as sys.getsizeof() has them, headers included */

	const struct report_type *types; /* heads first */
	size_t n_types;
	const struct report_shared *shared; /* these are counted above */
	size_t n_shared;
	const struct report_finalizer *finalizers;
	size_t n_finalizers;
	/* Of one island; the last edge leads back to the first member. */
	const struct report_edge *cycle;
	size_t n_cycle;

	/* lost-reference */
	int64_t refcount, references_found, references_lost;
	const char *hidden_type, *hidden_module_file, *hidden_member;
	const int64_t *growth_checks;
	size_t n_growth_checks;
	double growth_age_seconds;
	const struct report_holder *growth_path;
	size_t n_growth_path;
	const struct report_holder *held_by;
	size_t n_held_by;

	bool allocation_known;
	const char *thread;               /* "main" or "other" */
	const struct report_line *python; /* innermost first */
	size_t n_python;
	const struct report_native *native;
	size_t n_native;

	const char *advice;
	/* false: only counted (kinds=, quiet by default, max_findings) */
	bool is_printed;
	bool is_failing; /* counts for the exit status */
	bool is_quiet;   /* known or suppressed: the text only counts it */
};

/* Why a type hides references from the collector. */
enum audit_reason {
	AUDIT_MISSING_TRAVERSE,
	AUDIT_NO_GC_FLAG,
	AUDIT_TYPE_NOT_VISITED,
	AUDIT_REASONS
};

/* A field of a type that its tp_traverse leaves out. */
struct report_audit {
	const char *type; /* module.qualname */
	const char *module_file;
	enum audit_reason reason;
	int64_t offset; /* in its instances; in front of them below 0 */
	const char *member;
	int64_t instances;  /* in which it was seen to hold a reference */
	const char *target; /* the type of what one of them held */
	const char *advice;
};

struct report_missed {
	const char *what; /* never NULL; those that others look for: missed.h */
	int64_t count;
	const char *why;
	bool is_asked; /* it was asked for, by default or by an option */
};

/* A suppression that was used, or that would have been and is over. */
struct report_rule {
	const char *rule; /* as it is written */
	bool is_over;     /* its until= has come: it suppressed nothing */
	int64_t findings, objects, bytes;
};

/* Findings of one kind, added up. */
struct report_sum {
	int64_t findings, count, objects, bytes;
};

struct report_generation {
	int64_t collections, collected, uncollectable;
	double seconds, longest_seconds;
};

struct report {
	const char *tool_version;
	/* process */
	int64_t pid, ppid;
	const char *exe;
	const char *const *argv;
	size_t n_argv; /* 0 with argv=0 */
	bool argv_known;
	const char *host;
	const char *time;    /* RFC 3339, UTC */
	const char *trigger; /* exit, request, timer, signal, api, attach */
	/* python */
	const char *python_version; /* 3.13.5 */
	const char *linkage;        /* static, shared */
	int debug, free_threaded;   /* 1, 0, -1 */
	/* coverage */
	const char *tracking;   /* all, gc, sample, none, since-attach */
	const char *free_lists; /* exact, approximate */
	bool native;
	bool reachability;
	const struct report_missed *missed;
	size_t n_missed;
	/* heap */
	int64_t heap_objects, heap_tracked, generations[3], permanent,
		unreachable, blocks, heap_bytes;
	/* gc */
	int gc_enabled; /* 1, 0, -1 */
	int64_t thresholds[3];
	int64_t debug_flags, garbage;
	struct report_generation gc[3];
	size_t n_gc;
	/* cost */
	double pause_seconds, analysis_seconds;
	int64_t table_bytes, stacks;

	const struct report_audit *audit; /* by reason, type and offset */
	size_t n_audit;
	bool has_audit; /* audit=1, and it was done */

	const struct report_rule *rules; /* in the order of their file */
	size_t n_rules;
	bool has_rules;   /* there was a suppressions file */
	int64_t n_merged; /* reports that this one was made of; 0: it is one */

	struct finding *findings; /* sorted: failing first, then by bytes */
	size_t n_findings;
	/*
	 * Of each kind what is not printed: the rest, and how much of it only
	 * because of max_findings=.
	 */
	struct report_sum rest[FINDING_KINDS], cut[FINDING_KINDS];
};

/* The words of SPEC.md; never NULL. */
/* "lost-reference", "unreferenced" and so on; of REASON_NONE "". */
const char *finding_kind_name(enum finding_kind kind);
const char *finding_reason_name(enum finding_reason reason);
const char *finding_state_name(enum finding_state state);
const char *audit_reason_name(enum audit_reason reason);

/* Lost memory that is not an object, of the type "(memory)". */
bool finding_is_memory(const struct finding *f);

/* The value of a word, or -1. */
int finding_kind_find(const char *name, size_t n);
int finding_reason_find(const char *name, size_t n);
int finding_state_find(const char *name, size_t n);
int audit_reason_find(const char *name, size_t n);

#endif /* LEAKSHIM_REPORT_REPORT_H */
