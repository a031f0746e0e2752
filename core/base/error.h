/* SPDX-License-Identifier: MIT */
/* Describes a failure once, where it happened. */
#ifndef EZ_BASE_ERROR_H
#define EZ_BASE_ERROR_H

#include <execz/types.h>

/* As EXECZ_ERROR_INIT, where nearly always nothing fails: without writing a kilobyte. */
static inline void
ez_error_init(execz_error *err)
{
    err->size = sizeof *err;
    err->status = EXECZ_OK;
    err->code[0] = '\0';
    err->message[0] = '\0';
}

/* Fills err (which may be NULL) and returns status, so that a failure is one statement. */
execz_status ez_fail(execz_error *err, execz_status status, const char *format, ...)
    EXECZ_PRINTF(3, 4);

/* As ez_fail(), with the stable code of the cause, e.g. "P101". */
execz_status ez_fail_code(execz_error *err, execz_status status, const char *code,
                          const char *format, ...) EXECZ_PRINTF(4, 5);

/* Puts text in front of err's message, keeping status and code: "executor 'cpu': ...". */
void ez_error_prefix(execz_error *err, const char *format, ...) EXECZ_PRINTF(2, 3);

/* Makes texts of what foreign code has written; err may be NULL. */
void ez_error_terminate(execz_error *err);

/* The constant's name without its prefix in words, e.g. "not found". */
const char *ez_status_text(execz_status status);

#endif
