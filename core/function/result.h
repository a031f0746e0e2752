/* SPDX-License-Identifier: MIT */
/* How a function tells its result, or why it fails: that part of its execz_call_ops. */
#ifndef EZ_FUNCTION_RESULT_H
#define EZ_FUNCTION_RESULT_H

#include <execz/function.h>

execz_status ez_result_json(execz_call *call, const char *json, size_t length);
execz_status ez_result_text(execz_call *call, const char *text);
execz_status ez_result_format(execz_call *call, const char *format, va_list args)
    EXECZ_PRINTF(2, 0);

execz_status ez_result_fail_text(execz_call *call, execz_status status, const char *text);
execz_status ez_result_fail_format(execz_call *call, execz_status status, const char *format,
                                   va_list args) EXECZ_PRINTF(3, 0);

#endif
