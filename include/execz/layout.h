/* SPDX-License-Identifier: MIT */
/**
 * execz/layout.h -- the golden layout of the plugin ABI 1.0: a build that would change it does not
 * compile.  Nothing to read or use here.
 */
#ifndef EXECZ_LAYOUT_H
#define EXECZ_LAYOUT_H

#include <execz/plugin.h>

/** How long these were in version 1.0, the shortest that anybody may send. */
#define EXECZ_RESULT_SIZE 112u
#define EXECZ_FUNCTION_SIZE 32u
#define EXECZ_MODULE_SIZE 48u

/* On 64-bit machines: a build that would change the ABI does not compile. */
#if UINTPTR_MAX == UINT64_MAX
#define EXECZ_AT_(type, field, at)                                                                 \
    EXECZ_STATIC_ASSERT(offsetof(type, field) == (at), "execz ABI: " #type "." #field)
#define EXECZ_SIZE_(type, length) EXECZ_STATIC_ASSERT(sizeof(type) == (length), "execz ABI: " #type)

EXECZ_AT_(execz_pair, key, 0);
EXECZ_AT_(execz_pair, value, 8);
EXECZ_SIZE_(execz_pair, 16);

EXECZ_AT_(execz_task, size, 0);
EXECZ_AT_(execz_task, kind, 4);
EXECZ_AT_(execz_task, id, 8);
EXECZ_AT_(execz_task, name, 16);
EXECZ_AT_(execz_task, max_instances, 24);
EXECZ_AT_(execz_task, priority, 28);
EXECZ_AT_(execz_task, misfire_grace_time, 32);
EXECZ_AT_(execz_task, timeout, 40);
EXECZ_AT_(execz_task, kill_grace, 48);
EXECZ_AT_(execz_task, output_limit, 56);
EXECZ_AT_(execz_task, module_path, 64);
EXECZ_AT_(execz_task, function, 72);
EXECZ_AT_(execz_task, argv, 80);
EXECZ_AT_(execz_task, env, 88);
EXECZ_AT_(execz_task, cwd, 96);
EXECZ_AT_(execz_task, content_type, 104);
EXECZ_AT_(execz_task, args, 112);
EXECZ_AT_(execz_task, args_length, 120);
EXECZ_AT_(execz_task, options, 128);
EXECZ_AT_(execz_task, n_options, 136);
EXECZ_SIZE_(execz_task, 144);

EXECZ_AT_(execz_run_info, size, 0);
EXECZ_AT_(execz_run_info, attempt, 4);
EXECZ_AT_(execz_run_info, run, 8);
EXECZ_AT_(execz_run_info, submitted, 16);
EXECZ_AT_(execz_run_info, source, 24);
EXECZ_AT_(execz_run_info, reserved, 28);
EXECZ_SIZE_(execz_run_info, 32);

EXECZ_AT_(execz_result, size, 0);
EXECZ_AT_(execz_result, outcome, 4);
EXECZ_AT_(execz_result, run_time, 8);
EXECZ_AT_(execz_result, started, 16);
EXECZ_AT_(execz_result, finished, 24);
EXECZ_AT_(execz_result, exit_status, 32);
EXECZ_AT_(execz_result, signal, 36);
EXECZ_AT_(execz_result, message, 40);
EXECZ_AT_(execz_result, value, 48);
EXECZ_AT_(execz_result, value_length, 56);
EXECZ_AT_(execz_result, output, 64);
EXECZ_AT_(execz_result, output_length, 72);
EXECZ_AT_(execz_result, output_dropped, 80);
EXECZ_AT_(execz_result, cpu_user, 88);
EXECZ_AT_(execz_result, cpu_system, 96);
EXECZ_AT_(execz_result, max_rss, 104);
EXECZ_SIZE_(execz_result, 112);

EXECZ_AT_(execz_waiter, size, 0);
EXECZ_AT_(execz_waiter, reserved, 4);
EXECZ_AT_(execz_waiter, self, 8);
EXECZ_AT_(execz_waiter, sleep, 16);
EXECZ_AT_(execz_waiter, wait_fd, 24);
EXECZ_AT_(execz_waiter, wait_child, 32);
EXECZ_AT_(execz_waiter, offload, 40);
EXECZ_AT_(execz_waiter, yield, 48);
EXECZ_AT_(execz_waiter, spawn, 56);
EXECZ_AT_(execz_waiter, join, 64);
EXECZ_AT_(execz_waiter, cancel, 72);
EXECZ_SIZE_(execz_waiter, 80);

EXECZ_AT_(execz_host, size, 0);
EXECZ_AT_(execz_host, abi, 4);
EXECZ_AT_(execz_host, name, 8);
EXECZ_AT_(execz_host, version, 16);
EXECZ_AT_(execz_host, self, 24);
EXECZ_AT_(execz_host, log, 32);
EXECZ_AT_(execz_host, now, 40);
EXECZ_AT_(execz_host, option, 48);
EXECZ_AT_(execz_host, option_i64, 56);
EXECZ_AT_(execz_host, realloc, 64);
EXECZ_AT_(execz_host, post, 72);
EXECZ_AT_(execz_host, thread, 80);
EXECZ_AT_(execz_host, execute, 88);
EXECZ_AT_(execz_host, started, 96);
EXECZ_AT_(execz_host, output, 104);
EXECZ_AT_(execz_host, finish, 112);
EXECZ_AT_(execz_host, interrupt, 120);
EXECZ_AT_(execz_host, describe, 128);
EXECZ_AT_(execz_host, extension, 136);
EXECZ_AT_(execz_host, work, 144);
EXECZ_AT_(execz_host, retract, 152);
EXECZ_AT_(execz_host, unfinished, 160);
EXECZ_AT_(execz_host, soon, 168);
EXECZ_SIZE_(execz_host, 176);

EXECZ_AT_(execz_loop_ext, size, 0);
EXECZ_AT_(execz_loop_ext, reserved, 4);
EXECZ_AT_(execz_loop_ext, watch, 8);
EXECZ_AT_(execz_loop_ext, unwatch, 16);
EXECZ_SIZE_(execz_loop_ext, 24);

EXECZ_AT_(execz_lingerer, size, 0);
EXECZ_AT_(execz_lingerer, reserved, 4);
EXECZ_AT_(execz_lingerer, begin, 8);
EXECZ_AT_(execz_lingerer, look, 16);
EXECZ_AT_(execz_lingerer, end, 24);
EXECZ_AT_(execz_lingerer, user, 32);
EXECZ_SIZE_(execz_lingerer, 40);

EXECZ_AT_(execz_linger_ext, size, 0);
EXECZ_AT_(execz_linger_ext, reserved, 4);
EXECZ_AT_(execz_linger_ext, set, 8);
EXECZ_SIZE_(execz_linger_ext, 16);

EXECZ_AT_(execz_function_ext, size, 0);
EXECZ_AT_(execz_function_ext, reserved, 4);
EXECZ_AT_(execz_function_ext, call, 8);
EXECZ_SIZE_(execz_function_ext, 16);

EXECZ_AT_(execz_paths_ext, size, 0);
EXECZ_AT_(execz_paths_ext, reserved, 4);
EXECZ_AT_(execz_paths_ext, plugin_file, 8);
EXECZ_AT_(execz_paths_ext, function_path, 16);
EXECZ_SIZE_(execz_paths_ext, 24);

EXECZ_AT_(execz_stats, size, 0);
EXECZ_AT_(execz_stats, workers, 4);
EXECZ_AT_(execz_stats, busy, 8);
EXECZ_AT_(execz_stats, queued, 12);
EXECZ_AT_(execz_stats, accepted, 16);
EXECZ_AT_(execz_stats, finished, 24);
EXECZ_AT_(execz_stats, refused, 32);
EXECZ_AT_(execz_stats, wait_time, 40);
EXECZ_SIZE_(execz_stats, 48);

EXECZ_AT_(execz_executor_ops, size, 0);
EXECZ_AT_(execz_executor_ops, flags, 4);
EXECZ_AT_(execz_executor_ops, start, 8);
EXECZ_AT_(execz_executor_ops, shutdown, 16);
EXECZ_AT_(execz_executor_ops, send_task, 24);
EXECZ_AT_(execz_executor_ops, destroy, 32);
EXECZ_AT_(execz_executor_ops, cancel, 40);
EXECZ_AT_(execz_executor_ops, stats, 48);
EXECZ_AT_(execz_executor_ops, health, 56);
EXECZ_AT_(execz_executor_ops, recover, 64);
EXECZ_AT_(execz_executor_ops, extension, 72);
EXECZ_AT_(execz_executor_ops, flush, 80);
EXECZ_SIZE_(execz_executor_ops, 88);

EXECZ_AT_(execz_option, size, 0);
EXECZ_AT_(execz_option, type, 4);
EXECZ_AT_(execz_option, flags, 8);
EXECZ_AT_(execz_option, reserved, 12);
EXECZ_AT_(execz_option, name, 16);
EXECZ_AT_(execz_option, default_value, 48);
EXECZ_AT_(execz_option, allowed, 112);
EXECZ_AT_(execz_option, help, 224);
EXECZ_SIZE_(execz_option, 384);

EXECZ_AT_(execz_component, size, 0);
EXECZ_AT_(execz_component, caps, 4);
EXECZ_AT_(execz_component, kind, 8);
EXECZ_AT_(execz_component, alias, 16);
EXECZ_AT_(execz_component, summary, 24);
EXECZ_AT_(execz_component, ops, 32);
EXECZ_AT_(execz_component, options, 40);
EXECZ_AT_(execz_component, n_options, 48);
EXECZ_AT_(execz_component, reserved, 52);
EXECZ_AT_(execz_component, task_options, 56);
EXECZ_AT_(execz_component, n_task_options, 64);
EXECZ_AT_(execz_component, reserved_too, 68);
EXECZ_SIZE_(execz_component, 72);

EXECZ_AT_(execz_plugin, magic, 0);
EXECZ_AT_(execz_plugin, size, 4);
EXECZ_AT_(execz_plugin, abi, 8);
EXECZ_AT_(execz_plugin, needs_abi, 12);
EXECZ_AT_(execz_plugin, id, 16);
EXECZ_AT_(execz_plugin, version, 24);
EXECZ_AT_(execz_plugin, vendor, 32);
EXECZ_AT_(execz_plugin, license, 40);
EXECZ_AT_(execz_plugin, url, 48);
EXECZ_AT_(execz_plugin, components, 56);
EXECZ_AT_(execz_plugin, n_components, 64);
EXECZ_AT_(execz_plugin, reserved, 68);
EXECZ_SIZE_(execz_plugin, 72);
#endif
#endif
