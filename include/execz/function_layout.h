/* SPDX-License-Identifier: MIT */
/**
 * execz/function_layout.h -- where each field of <execz/function.h> lies, so that nobody moves one.
 * Included by it; there is nothing here to use.
 */
#ifndef EXECZ_FUNCTION_LAYOUT_H
#define EXECZ_FUNCTION_LAYOUT_H

#include <execz/function.h>

#if UINTPTR_MAX == UINT64_MAX
EXECZ_AT_(execz_call_ops, size, 0);
EXECZ_AT_(execz_call_ops, reserved, 4);
EXECZ_AT_(execz_call_ops, arg_string, 8);
EXECZ_AT_(execz_call_ops, arg_int, 16);
EXECZ_AT_(execz_call_ops, arg_number, 24);
EXECZ_AT_(execz_call_ops, arg_bool, 32);
EXECZ_AT_(execz_call_ops, result, 40);
EXECZ_AT_(execz_call_ops, log, 48);
EXECZ_AT_(execz_call_ops, result_format, 56);
EXECZ_AT_(execz_call_ops, fail_format, 64);
EXECZ_AT_(execz_call_ops, result_text, 72);
EXECZ_AT_(execz_call_ops, run_key, 80);
EXECZ_AT_(execz_call_ops, args, 88);
EXECZ_AT_(execz_call_ops, fail_text, 96);
EXECZ_AT_(execz_call_ops, spawn, 104);
EXECZ_AT_(execz_call_ops, join, 112);
EXECZ_AT_(execz_call_ops, cancel, 120);
EXECZ_SIZE_(execz_call_ops, 128);

EXECZ_AT_(execz_call, size, 0);
EXECZ_AT_(execz_call, attempt, 4);
EXECZ_AT_(execz_call, ops, 8);
EXECZ_AT_(execz_call, waiter, 16);
EXECZ_AT_(execz_call, task, 24);
EXECZ_AT_(execz_call, executor, 32);
EXECZ_AT_(execz_call, run, 40);
EXECZ_AT_(execz_call, scheduled, 48);
EXECZ_AT_(execz_call, deadline, 56);
EXECZ_SIZE_(execz_call, 64);

EXECZ_AT_(execz_function, size, 0);
EXECZ_AT_(execz_function, kind, 4);
EXECZ_AT_(execz_function, name, 8);
EXECZ_AT_(execz_function, help, 16);
EXECZ_AT_(execz_function, call, 24);
EXECZ_SIZE_(execz_function, 32);

EXECZ_AT_(execz_module, magic, 0);
EXECZ_AT_(execz_module, size, 4);
EXECZ_AT_(execz_module, abi, 8);
EXECZ_AT_(execz_module, needs_abi, 12);
EXECZ_AT_(execz_module, name, 16);
EXECZ_AT_(execz_module, version, 24);
EXECZ_AT_(execz_module, functions, 32);
EXECZ_AT_(execz_module, functions_end, 40);
EXECZ_SIZE_(execz_module, 48);
#endif

#endif
