# The pages; scripts/check-man compares them with the sources.

dist_man_MANS += \
	%D%/leakshim-report.5 \
	%D%/leakshim-suppressions.5 \
	%D%/leakshim.1 \
	%D%/libleakshim.7
