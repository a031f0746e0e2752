/* SPDX-License-Identifier: MIT */
/* Plugins that keep the contract but for one thing: the fault is one of these. */
#ifndef TESTS_CHECK_MISBEHAVING_PLUGIN_H
#define TESTS_CHECK_MISBEHAVING_PLUGIN_H

#include <execz/plugin.h>

#include <pthread.h>

enum fault {
    sound, /* nothing */

    crash_loading,
    hang_loading,
    exit_loading,
    umask_loading,
    thread_loading,
    descriptor_loading,
    caps_without_function,
    flags_set,

    crash_start,
    hang_start,
    exit_start,
    start_sets_nothing,
    start_fails_halfway,
    start_fails_silently,
    one_state,
    no_restart,
    greatest_crashes,
    undeclared_option,
    number_of_text,

    crash_send,
    hang_send,
    exit_send,
    slow_send,
    forgotten_run,
    finish_twice,
    finish_stale,
    finish_unknown,
    finish_refused,
    finish_inside,
    wrong_results,
    lying_results,
    execute_twice,
    reversed_times,
    first_time_only,
    command_refused,
    task_used_later,
    memory_unchecked,

    crash_cancel,
    hang_cancel,
    exit_cancel,
    cancel_ignored,
    cancel_by_slot,

    crash_stats,
    hang_stats,
    exit_stats,
    stats_lie,
    stats_too_large,
    crash_health,
    hang_health,
    exit_health,
    unwell,
    every_extension,
    crash_flush,
    hang_flush,
    exit_flush,

    crash_shutdown,
    hang_shutdown,
    exit_shutdown,
    accepts_after_shutdown,
    shutdown_once,
    shutdown_knows_all_flags,
    shutdown_cancels_always,
    deadline_ignored,
    wait_ignored,
    shutdown_cancels_never,

    crash_destroy,
    hang_destroy,
    exit_destroy,
    leaked_thread,
    leaked_descriptor,
    leaked_child,
    leaked_memory,
    leaked_host_memory,
    left_watch,
    late_log,
    late_finish,
    late_post,
    sigchld_handler,
    other_directory,
};

extern const enum fault the_fault;

/* Whether this is the plugin with that fault. */
#define IS(fault) (the_fault == (fault))

/* Crashes, hangs or ends the process, if this plugin does so in the function of this name. */
#define MISBEHAVE_IN(function)                                                                     \
    misbehave(IS(crash_##function), IS(hang_##function), IS(exit_##function))
void misbehave(int crash, int hang, int end);

typedef struct work_item {
    execz_executor *executor;
    const execz_task *task;
    execz_time times[8];
    uint32_t n;
    execz_run run;
    int claimed; /* by who finishes it */
    int failed;  /* one of its bodies has */
    struct work_item *next;
} work_item;

struct execz_executor {
    const execz_host *host;
    pthread_mutex_t lock;
    /* Guarded by lock. */
    work_item *open;
    unsigned n_open, n_sent;
    int stopping, n_shutdowns;
    uint64_t accepted, refused;
    execz_run last;
};

void nap(unsigned milliseconds);
execz_status say(execz_error *err, execz_status status, const char *why);

/* runs.c */
execz_status send_task(execz_executor *self, const execz_task *task, const execz_time *times,
                       uint32_t n, execz_run run, execz_error *err);
execz_status cancel(execz_executor *self, execz_run run);

/* life.c */
extern execz_executor_ops misbehaving_ops; /* complete when loaded */

#endif
