#include "config.h"

#include "report/cxxname.h"

#include <string.h>

#include "common/arena.h"
#include "tap.h"

static struct arena a;

static void
is_shown(const char *symbol, const char *wanted)
{
	is_string(cxxname_show(&a, symbol), wanted, "%s", wanted);
}

/* Symbols of GCC 12, but where another compiler is named. */
static void
names(void)
{
	is_shown("take_malloc", "take_malloc");
	is_shown("take_node.isra.0", "take_node");
	is_shown("strdup@@GLIBC_2.2.5", "strdup");
	is_shown("_Znwm", "operator new");
	is_shown("_ZnamRKSt9nothrow_t", "operator new[]");
	is_shown("_Z3foov", "foo");
	is_shown("_ZL3foov", "foo");
	is_shown("_ZN3one3two5threeEi", "one::two::three");
	is_shown("_ZNK3one3two5threeEv.cold", "one::two::three");
	is_shown("_ZN12_GLOBAL__N_16hiddenEv", "(anonymous)::hidden");
	is_shown("_ZN3BoxC1Ei", "Box::Box");
	is_shown("_ZN3BoxD2Ev", "Box::~Box");
	is_shown("_ZN3BoxIiEC2Ev", "Box<...>::Box");
	is_shown("_ZN3BoxplERKS_", "Box::operator+");
	is_shown("_ZNK3BoxcvbEv", "Box::operator ...");
	is_shown("_ZNSt6vectorIdSaIdEE17_M_realloc_insertIJdEEEvN9__gnu_cxx17"
		 "__normal_iteratorIPdS1_EEDpOT_",
		 "std::vector<...>::_M_realloc_insert<...>");
	is_shown("_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_"
		 "createERmm",
		 "std::__cxx11::basic_string<...>::_M_create");
	is_shown("_ZNSs4_Rep9_S_createEmmRKSaIcE",
		 "std::string::_Rep::_S_create");
	is_shown("_ZSt4moveIRiEONSt16remove_referenceIT_E4typeEOS2_",
		 "std::move<...>");
	is_shown("_ZZ4mainENKUlvE_clEv", "main::{lambda}::operator()");
	is_shown("_ZZN3one3twoEiENKUlifE0_clEif",
		 "one::two::{lambda}::operator()");
	is_shown("_ZN3foo3barB5cxx11Ev", "foo::bar");
	is_shown("_ZN5ArrayILi3ELb1EE3getEv", "Array<...>::get");
	is_shown("_ZN4core3ptr13drop_in_place17h0123456789abcdefE",
		 "core::ptr::drop_in_place"); /* rustc */
	is_shown(
		"_ZZN8pybind1112cpp_function10initializeIZL17pybind11_init_"
		"pybRNS_7module_EEUliE1_mJiEJNS_4nameENS_5scopeENS_7siblingEEEE"
		"vOT_PFT0_DpT1_EDpRKT2_ENUlRNS_6detail13function_callEE1_4_"
		"FUNESL_",
		"pybind11::cpp_function::initialize<...>::{lambda}::_FUN");
}

/* What is not understood stays as it is. */
static void
others(void)
{
	static char deep[4096], longest[4096];
	size_t i;

	is_shown("", "");
	is_shown("_Z", "_Z");
	is_shown("_ZN", "_ZN");
	is_shown("_Z9a", "_Z9a");
	is_shown("_Z99999999999999999999a", "_Z99999999999999999999a");
	is_shown("_ZTV3Box", "_ZTV3Box");
	is_shown("_ZN3BoxIXsrT_1vEE3getEv", "_ZN3BoxIXsrT_1vEE3getEv");
	is_shown("_RNvC4core3foo", "_RNvC4core3foo");
	is_shown(".text", ".text");
	strcpy(deep, "_Z1fI");
	memset(deep + 5, 'P', 3000);
	ok(cxxname_show(&a, deep) == deep, "a type of 3000 pointers");
	strcpy(longest, "_ZN");
	for (i = 3; i < 4000; i += 4)
		memcpy(longest + i, "3abc", 4);
	ok(cxxname_show(&a, longest) == longest, "a name of 1000 parts");
}

/* Each beginning of a name, as a damaged table may have it. */
static void
beginnings(void)
{
	static const char *const whole[] = {
		"_ZZN3one3twoEiENKUlifE0_clEif",
		"_ZNSt6vectorIdSaIdEE17_M_realloc_insertIJdEEEvDpOT_",
		"_ZN5ArrayILi3ELb1EEC2EPFviEM3BoxA3_Dn"};
	char part[64];
	size_t i, n;
	bool is_fine = true;

	for (i = 0; i < sizeof whole / sizeof *whole; i++) {
		for (n = 0; n <= strlen(whole[i]); n++) {
			memcpy(part, whole[i], n);
			part[n] = '\0';
			is_fine &= cxxname_show(&a, part) != NULL;
		}
	}
	ok(is_fine, "names that are cut off");
}

int
main(void)
{
	arena_init(&a);
	names();
	others();
	beginnings();
	arena_fini(&a);
	return tap_done();
}
