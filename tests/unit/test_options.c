#include "config.h"

#include "common/options.h"
#include "tap.h"

#include <signal.h>
#include <string.h>

#include "common/buf.h"
#include "common/numbers.h"
#include "common/suggest.h"
#include "common/words.h"

static struct options o;
static struct buf complaints;

/* Parse on top of the defaults; the complaints. */
static const char *
parse(const char *text)
{
	buf_clear(&complaints);
	options_init(&o);
	options_parse(&o, text, &complaints);
	return buf_string(&complaints);
}

static void
defaults(void)
{
	parse("");
	is_number(o.format, OPTIONS_FORMAT_TEXT, "format is text");
	is_string(o.log_path, "stderr", "log_path is stderr");
	is_string(o.fail_on,
		  "uncollectable,lost-reference/unreferenced,hidden-cycle,"
		  "unreachable/frozen",
		  "fail_on is what SPEC says");
	is_string(o.kinds, "auto", "kinds is auto");
	ok(o.exitcode == 0 && !o.exitcode_given, "exitcode is 0, not given");
	ok(o.timeout == 60 && o.backtrace == 32 && o.max_findings == 100,
	   "numbers");
	ok(o.reachability && o.argv && o.isolate && o.follow && !o.collected &&
		   !o.audit && !o.gcstats && !o.help,
	   "truths");
	is_number(o.track, OPTIONS_TRACK_ALL, "track is all");
	is_string(o.suppressions, "", "no suppressions");
}

static void
values(void)
{
	is_string(parse("timeout=5:verbosity=2:argv=0"), "", "three options");
	ok(o.timeout == 5 && o.verbosity == 2 && !o.argv, "are all set");
	parse("timeout=5:timeout=6");
	is_number(o.timeout, 6, "the last one wins");
	is_string(parse(":::timeout=7::"), "", "empty entries are nothing");
	is_number(o.timeout, 7, "and stop nothing");
	parse("exitcode=0");
	ok(o.exitcode_given, "an exitcode of 0 was given, too");
	parse("format=json");
	is_number(o.format, OPTIONS_FORMAT_JSON, "format=json");
	parse("signal=USR2");
	is_number(o.signal, SIGUSR2, "signal by name");
	parse("signal=sigusr1");
	is_number(o.signal, SIGUSR1, "signal by its long name, in any case");
	parse("signal=RTMIN");
	is_number(o.signal, SIGRTMIN, "the first real-time signal");
	parse("signal=sigrtmin+3");
	is_number(o.signal, SIGRTMIN + 3, "one counted from it");
	parse("signal=RTMAX-2");
	is_number(o.signal, SIGRTMAX - 2, "one counted from the last");
	ok(*parse("signal=RTMIN-1") && *parse("signal=RTMAX+1") &&
		   *parse("signal=RTMIN+31") && *parse("signal=RTMIN+") &&
		   *parse("signal=RTMAX-99999999999999999999") &&
		   *parse("signal=RTMI") && *parse("signal=RTMIN3"),
	   "none that is not there");
	parse("signal=34");
	is_number(o.signal, 34, "signal by number");
	is_string(parse("kinds=none:fail_on=none"), "", "none");
	is_string(parse("kinds=all:fail_on=all,growth"), "", "all");
	is_string(parse("kinds=uncollectable,unreachable/frozen"), "",
		  "a list of kinds");
}

static void
sizes(void)
{
	parse("track=sample=64k");
	ok(o.track == OPTIONS_TRACK_SAMPLE && o.sample_bytes == 65536,
	   "track=sample=64k");
	parse("max_table=2G");
	is_number(o.max_table, (intmax_t)2 << 30, "max_table=2G");
	is_string(parse("track=sample=0"),
		  "leakshim: option track: 'sample=0' is not all, gc, none or "
		  "sample=BYTES\n",
		  "nothing is sampled every 0 bytes");
	is_number(o.track, OPTIONS_TRACK_ALL, "the default stays");
	is_string(parse("max_table=1kk"),
		  "leakshim: option max_table: '1kk' is not a number of bytes "
		  "(as 64M)\n",
		  "one suffix only");
}

static void
quotes(void)
{
	parse("log_path='/a:b/%p':timeout=3");
	is_string(o.log_path, "/a:b/%p", "a colon in single quotes");
	is_number(o.timeout, 3, "the rest is read");
	parse("log_path=\"/a:b\"");
	is_string(o.log_path, "/a:b", "a colon in double quotes");
	parse("log_path=it's");
	is_string(o.log_path, "it's", "a quote inside is a letter");
	parse("log_path='it's:x'");
	is_string(o.log_path, "it's:x", "inside quotes too");
	parse("log_path=a=b");
	is_string(o.log_path, "a=b", "so is an equals sign");
	is_string(parse("log_path='/a:timeout=4"),
		  "leakshim: option 'log_path': the quote around its value is "
		  "not closed\n",
		  "a quote without an end");
	is_string(o.log_path, "stderr", "leaves the default");
	is_number(o.timeout, 4, "and ends at the colon");
	is_string(parse("suppressions=''"), "", "empty quotes");
}

static void
faults(void)
{
	is_string(parse("timout=5"),
		  "leakshim: option 'timout' is unknown: did you mean "
		  "'timeout'?\n",
		  "a typing error");
	is_string(parse("fial_on=all"),
		  "leakshim: option 'fial_on' is unknown: did you mean "
		  "'fail_on'?\n",
		  "swapped letters");
	is_string(parse("colour=1"),
		  "leakshim: option 'colour' is unknown: help=1 lists all\n",
		  "nothing near");
	is_string(parse("verbosity"),
		  "leakshim: option 'verbosity' has no value: write "
		  "key=value, separated by ':'\n",
		  "no value");
	is_string(parse("timeout=5s"),
		  "leakshim: option timeout: '5s' is not a whole number from "
		  "0 to 86400\n",
		  "no number");
	is_string(parse("exitcode=256"),
		  "leakshim: option exitcode: '256' is not a whole number "
		  "from 0 to 255\n",
		  "too great");
	is_string(parse("backtrace=-1"),
		  "leakshim: option backtrace: '-1' is not a whole number "
		  "from 0 to 255\n",
		  "below zero");
	is_string(parse("follow=yes"),
		  "leakshim: option follow: 'yes' is not 0 or 1\n",
		  "yes is no truth");
	is_string(
		parse("signal=KILL"),
		"leakshim: option signal: 'KILL' is not a signal (as USR2 or RTMIN+3) "
		"or 0\n",
		"SIGKILL");
	is_string(parse("log_path="),
		  "leakshim: option log_path: '' is not a file name, stderr "
		  "or stdout\n",
		  "an empty file name");
	ok(!strcmp(o.log_path, "stderr") && o.signal == 0 && o.follow,
	   "the defaults stay");
}

static void
faulty_lists(void)
{
	is_string(parse("fail_on=uncolectable"),
		  "leakshim: option fail_on: 'uncolectable' is not a kind of "
		  "finding: did you mean 'uncollectable'?\n",
		  "a kind with a typing error");
	is_string(parse("kinds=uncollectable,unreachable/frozn"),
		  "leakshim: option kinds: 'unreachable/frozn' is not a kind "
		  "of finding: did you mean 'frozen'?\n",
		  "a reason with one");
	is_string(parse("fail_on=uncollectable/frozen"),
		  "leakshim: option fail_on: 'uncollectable/frozen' is not a "
		  "kind of finding: did you mean 'frozen'?\n",
		  "a reason of another kind");
	is_string(parse("fail_on=auto"),
		  "leakshim: option fail_on: 'auto' is not a kind of finding: "
		  "give KIND or KIND/REASON, such as uncollectable or "
		  "unreachable/frozen\n",
		  "auto is for kinds only");
	is_number(options_parse(&o, "a=1:b:c='", &complaints), 3,
		  "every fault counts");
}

static void
nasty(void)
{
	char text[3 * OPTIONS_PATH_BYTES];

	is_string(parse("a\nb\x1b[31m=1"),
		  "leakshim: option 'a\\nb\\x1b[31m' is unknown: help=1 lists "
		  "all\n",
		  "one line, whatever is in it");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memcpy(text, "log_path=", 9);
	is_string(parse(text),
		  "leakshim: option log_path: the value is longer than 4095 "
		  "bytes\n",
		  "a value that is too long is not cut");
	text[9 + 4095] = '\0';
	is_string(parse(text), "", "the longest path");
	is_number(strlen(o.log_path), 4095, "is kept whole");
	memset(text, 'k', 200);
	text[200] = '\0';
	ok(strlen(parse(text)) < 200, "a long key is shown in part");
}

/* What is appended reads back as it was. */
static void
is_round(const char *value)
{
	struct buf b;

	buf_init(&b);
	options_append(&b, "timeout", "9");
	options_append(&b, "log_path", value);
	options_append(&b, "native", "1");
	parse(buf_string(&b));
	ok(!strcmp(o.log_path, value) && o.timeout == 9 && o.native == 1,
	   "%s reads back", buf_string(&b));
	buf_fini(&b);
}

static void
writing(void)
{
	struct buf b;
	size_t i;

	is_round("/a/b");
	is_round("/a:b");
	is_round("'a'");
	is_round("\"");
	is_round("a':b");
	is_round("it's: \"x\"");
	buf_init(&b);
	parse("track=sample=1M:kinds=all:exitcode=23:format=json");
	for (i = 0; options_key(i); i++) {
		struct buf value;

		buf_init(&value);
		options_value(&o, options_key(i), &value);
		options_append(&b, options_key(i), buf_string(&value));
		buf_fini(&value);
		ok(options_meaning(i) && *options_meaning(i), "%s is explained",
		   options_key(i));
	}
	ok(!options_meaning(i), "no meaning past the last key");
	is_string(parse(buf_string(&b)), "", "all values read back");
	ok(o.track == OPTIONS_TRACK_SAMPLE && o.sample_bytes == 1 << 20 &&
		   o.exitcode == 23,
	   "as they were");
	buf_clear(&b);
	options_help(&o, &b);
	ok(strstr(buf_string(&b), "  exitcode=23\n        exit status"),
	   "help=1 shows values and meanings");
	buf_fini(&b);
}

static const char *
verb(size_t i)
{
	static const char *const verbs[] = {"run", "check", "report"};

	return i < 3 ? verbs[i] : NULL;
}

static void
helpers(void)
{
	uint64_t v = 1;

	ok(numbers_parse("18446744073709551615", &v) && v == UINT64_MAX,
	   "the greatest number");
	ok(!numbers_parse("18446744073709551616", &v), "one more is none");
	ok(!numbers_parse("", &v) && !numbers_parse("k", &v) &&
		   !numbers_parse_bytes("k", &v) && v == UINT64_MAX,
	   "nothing is no number");
	ok(!numbers_parse_bytes("99999999999G", &v), "too many gigabytes");
	ok(!numbers_parse("0x10", &v) && !numbers_parse(" 1", &v),
	   "nor hexadecimal or blanks");
	is_string(suggest("rum", verb), "run", "one letter off");
	is_string(suggest("rep", verb), "report", "a beginning");
	is_string(suggest("cxxxk", verb), NULL, "three letters off");
	is_string(suggest("", verb), NULL, "no word at all");
	is_number(words_signal("0"), 0, "signal 0 is none");
	is_number(words_signal("65"), -1, "there is no signal 65");
	is_number(words_signal("11"), -1, "a fault is the program's own");
	is_number(words_signal("6"), -1, "so is abort()");
	is_number(words_signal("SIG"), -1, "nor one without a name");
	ok(words_are_kind("growth", 6) && !words_are_kind("growth/", 7) &&
		   !words_are_kind("", 0),
	   "kinds");
}

/* xorshift: the same bytes in every run. */
static uint32_t
noise(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void
random_bytes(void)
{
	static const char letters[] = "=:'\"/,kM0159%\x80\xff\n-_sample"
				      "trackindsfail_onlog_pathexitcode";
	static const char *const starts[] = {
		"",        "track=",     "kinds=",
		"signal=", "log_path='", "fail_on=all,"};
	int round;

	for (round = 0; round < 20000; round++) {
		char text[80];
		size_t n = noise() % 40, i, at;
		const char *start = starts[noise() % 6];

		at = strlen(start);
		memcpy(text, start, at);
		for (i = 0; i < n; i++)
			text[at++] = letters[noise() % (sizeof letters - 1)];
		text[at] = '\0';
		parse(text);
		if (o.exitcode > 255 || o.verbosity > 2 || complaints.failed)
			break;
		buf_clear(&complaints);
	}
	is_number(round, 20000, "random bytes never do harm");
}

int
main(void)
{
	buf_init(&complaints);
	defaults();
	values();
	sizes();
	quotes();
	faults();
	faulty_lists();
	nasty();
	writing();
	helpers();
	random_bytes();
	buf_fini(&complaints);
	return tap_done();
}
