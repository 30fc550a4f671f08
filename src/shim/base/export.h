/*
 * export.h - the one way to make a symbol of the shim visible
 *
 * Everything is hidden by default; the link map lists what may be exported, so
 * that a helper cannot interpose a symbol of the target by accident.
 */
#ifndef LEAKSHIM_SHIM_EXPORT_H
#define LEAKSHIM_SHIM_EXPORT_H

#define LS_EXPORT __attribute__((visibility("default")))

#endif /* LEAKSHIM_SHIM_EXPORT_H */
