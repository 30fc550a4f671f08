#include "config.h"

#include "shim/check/publish.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "analysis/check/check.h"
#include "analysis/growth/growth.h"
#include "analysis/islands/shared.h"
#include "common/buf.h"
#include "python/layout.h"
#include "report/filter.h"
#include "report/json.h"
#include "report/omissions.h"
#include "report/output.h"
#include "report/text.h"
#include "shim/base/channel.h"
#include "shim/base/clone.h"
#include "shim/base/errortext.h"
#include "shim/base/filters.h"
#include "shim/base/process.h"
#include "shim/check/facts.h"
#include "shim/check/symbolizer.h"

enum { SHOWN_PATH = 160 };

static bool
is_word(const char *path, const char *word)
{
	return !strcmp(path, word);
}

static void
put_problem(struct buf *problem, const char *path, int error)
{
	/*
	 * The length of the line is limited: a long name is shortened to its
	 * end.
	 */
	if (strlen(path) > SHOWN_PATH)
		buf_printf(problem, "cannot write ...%s: ",
			   path + strlen(path) - SHOWN_PATH);
	else
		buf_printf(problem, "cannot write %s: ", path);
	if (error == ENOENT)
		buf_put(problem, "no such directory");
	else if (error_text(error))
		buf_put(problem, error_text(error));
	else
		buf_printf(problem, "error %d", error);
	buf_put(problem, "; set log_path=FILE to write it elsewhere");
}

static void
render(const struct report *r, enum options_format format, bool colour,
       struct buf *out)
{
	const struct options *o = &process.options;
	struct text_style style = {
		.colour = colour,
		.with_addresses = o->verbosity >= 2,
		.with_missed = o->verbosity >= 1,
	};

	if (format == OPTIONS_FORMAT_JSON)
		report_json(out, r, o->verbosity >= 2);
	else
		report_text(out, r, &style);
}

/* A clean run prints nothing on a terminal, but writes a file that says so. */
static bool
is_silent(const struct report *r, bool to_file, const char *why_not)
{
	if (to_file || process.options.format == OPTIONS_FORMAT_JSON)
		return false;
	/* One line says why, and the caller writes it. */
	return why_not ||
	       (process.options.verbosity == 0 && !report_has_news(r));
}

/* For leakshim.py, which made a directory for them: both formats. */
static void
write_both(const struct report *r, const struct facts *f, struct buf *problem)
{
	const struct {
		enum options_format format;
		const char *path;
	} files[] = {{OPTIONS_FORMAT_JSON, f->path},
		     {OPTIONS_FORMAT_TEXT, f->text_path}};
	size_t i;

	for (i = 0; i < 2; i++) {
		struct buf text;
		int error;

		buf_init(&text);
		render(r, files[i].format, false, &text);
		error = output_write_file(files[i].path, &text);
		if (error)
			put_problem(problem, files[i].path, error);
		buf_fini(&text);
	}
}

/* After attaching, where there is nothing to report. */
static void
say_nothing(void)
{
	static const char line[] = "no known leaks so far\n";

	channel_say(line, sizeof line - 1);
}

/* To the command that asked for it. */
static void
send_out(const struct report *r, const struct facts *f, struct buf *problem)
{
	struct buf text;

	if (!strcmp(f->trigger, "attach") &&
	    process.options.format == OPTIONS_FORMAT_TEXT &&
	    !report_has_news(r)) {
		say_nothing();
		return;
	}
	buf_init(&text);
	render(r, process.options.format, channel_wants_colour(), &text);
	if (text.failed || !channel_report(text.data, text.len))
		buf_put(problem, "it could not be sent to the command");
	buf_fini(&text);
}

static void
write_out(const struct report *r, const struct facts *f, const char *why_not,
	  struct buf *problem)
{
	const char *path = f->path;
	bool to_stderr = is_word(path, "stderr");
	bool to_stdout = is_word(path, "stdout");
	bool to_file = !to_stderr && !to_stdout;
	struct output_names names = {
		.pid = (pid_t)r->pid,
		.number = f->number,
		.is_chosen = f->is_chosen,
		.is_later = f->is_later_process,
		.started_ns = process.started_ns,
		/*
		 * Programs change their directory; the option is relative to
		 * the first.
		 */
		.directory = process.cwd,
		.exe = process.exe,
		.host = process.host,
		.time = f->time,
	};
	struct buf text, name;
	int error, fd = to_stderr ? STDERR_FILENO : STDOUT_FILENO;

	if (channel_is_open()) {
		send_out(r, f, problem);
		return;
	}
	if (is_silent(r, to_file, why_not) ||
	    (to_stderr && !output_stderr_is_same()))
		return;
	buf_init(&text);
	buf_init(&name);
	render(r, process.options.format,
	       !to_file && isatty(fd) && !process.no_colour, &text);
	if (to_file) {
		output_expand(path, &names, &name);
		error = output_write_file(buf_string(&name), &text);
	} else {
		buf_put(&name, path);
		error = output_write(fd, &text);
	}
	if (error)
		put_problem(problem, buf_string(&name), error);
	buf_fini(&text);
	buf_fini(&name);
}

/* "1 thread that could not be read may hold them in registers: REASON" */
static void
explain_registers(struct check *c)
{
	size_t n = c->world.source->n_unread;
	struct buf b;

	if (!omissions_has(&c->omissions, OMISSION_REGISTERS))
		return;
	buf_init(&b);
	buf_printf(&b,
		   "%lu thread%s that could not be read may hold them in "
		   "registers: %s",
		   (unsigned long)n, n == 1 ? "" : "s",
		   c->world.source->why_unread);
	omissions_explain(&c->omissions, OMISSION_REGISTERS,
			  arena_string(&c->world.arena, buf_string(&b)));
	buf_fini(&b);
}

/* For readers of the JSON: the list of findings is incomplete. */
static void
count_cut(struct omissions *omissions, const struct report *r)
{
	size_t k;

	for (k = 0; k < FINDING_KINDS; k++)
		omissions_count(omissions, OMISSION_FINDINGS,
				r->cut[k].findings);
}

unsigned
publish(struct check *c, const struct facts *f, const char *why_not,
	struct buf *problem)
{
	static struct report r;
	unsigned n_failing = 0;
	size_t i;

	facts_fill(&c->world.arena, f, &r);
	facts_omissions(f, &c->omissions);
	if (why_not) {
		int k;

		for (k = 0; k < 3; k++)
			r.generations[k] = REPORT_UNKNOWN;
		omissions_note(&c->omissions, OMISSION_ANALYSIS, why_not);
	} else {
		check_report(c, &r);
		count_cut(&c->omissions, &r);
		explain_registers(c);
		r.reachability = c->has_lost;
		if (filters.has_suppressions)
			filter_rows(&c->world.arena, &filters.suppressions,
				    f->time / SECONDS_OF_DAY, &r);
	}
	omissions_fill(&c->omissions, &process.options, &r);
	symbolizer_fill(&c->world.arena, &r, layout->is_python3,
			f->started_ns +
				(uint64_t)process.options.timeout * 950000000);
	r.analysis_seconds = (double)(clone_now_ns() - f->started_ns) / 1e9;
	for (i = 0; i < r.n_findings; i++)
		n_failing += r.findings[i].is_failing;
	if (f->text_path)
		write_both(&r, f, problem);
	else
		write_out(&r, f, why_not, problem);
	return n_failing;
}
