# LS_APPEND_CFLAGS(VARIABLE, FLAG...)
# -----------------------------------
# Append to VARIABLE each FLAG that the C compiler takes without complaint.
AC_DEFUN([LS_APPEND_CFLAGS], [
m4_foreach_w([ls_flag], [$2], [
AS_VAR_PUSHDEF([ls_cache], [ls_cv_cflag_[]ls_flag])
AC_CACHE_CHECK([whether $CC takes ls_flag], [ls_cache], [
	ls_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -Werror ls_flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
		[AS_VAR_SET([ls_cache], [yes])], [AS_VAR_SET([ls_cache], [no])])
	CFLAGS=$ls_save_CFLAGS
])
AS_VAR_IF([ls_cache], [yes], [AS_VAR_APPEND([$1], [" ls_flag"])])
AS_VAR_POPDEF([ls_cache])
])
])
