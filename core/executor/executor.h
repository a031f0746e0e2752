/* SPDX-License-Identifier: MIT */
/* One executor of the configuration: an alias, a plugin, its options, and its life.
 *
 *     new -> start -> send, send, cancel ... -> shutdown -> (last run finished) -> stop -> start
 *     ...
 *
 * The plugin is found when the executor is made, and loaded when it is first started.  A plugin
 * that cannot be used leaves the executor unavailable with the reason; starting it again tries
 * again.  All calls are made on the loop, except where a tag says otherwise. */
#ifndef EZ_EXECUTOR_EXECUTOR_H
#define EZ_EXECUTOR_EXECUTOR_H

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/report.h"
#include "executor/lingerers.h"
#include "executor/runs.h"
#include "plugin/catalog.h"
#include "plugin/lock.h"
#include "plugin/module.h"
#include "plugin/options.h"
#include "task/body.h"

/* What all executors of a scheduler have in common; lives longer than each of them. */
typedef struct ez_executor_services {
    const ez_clock *clock;
    ez_log log;
    ez_runs *runs;
    ez_mailbox *mailbox; /* gets ez_host_message */
    ez_body_function body;
    void *body_user;
    bool (*wants_started)(void *user); /* does anybody listen to TASK_STARTED?  [any-thread] */
    void *wants_user;

    /* What only some executors need; NULL: there is none. */
    execz_status (*watch)(void *loop, int fd, void (*function)(void *), void *argument);
    void (*unwatch)(void *loop, int fd);
    void *loop;
    execz_status (*call)(void *body_user, const ez_body_caller *caller, const char *function,
                         const char *args, execz_error *err);
    const char *function_path; /* directories, ":" between */
    ez_lingerers *lingerers;
    const ez_lock *lock; /* which files may be run; NULL: all that are trusted */
    const struct ez_isolator *isolator;
    const char *plugin_host; /* the program that isolated plugins run in */
} ez_executor_services;

typedef struct ez_executor ez_executor;

/* Makes the executor of a part of a plugin file (borrowed for the call) and checks its options;
 * what is wrong with them is added to report, and then the result is NULL. */
ez_executor *ez_executor_new(const ez_executor_services *services, const char *alias,
                             const ez_plugin_file *file, const ez_plugin_part *part,
                             const ez_options_source *options, ez_report *report);

/* Makes one whose plugin cannot be used, for the reason in err. */
ez_executor *ez_executor_new_unavailable(const ez_executor_services *services, const char *alias,
                                         const execz_error *err);

/* Has it use this code, whatever its path names by now; before it is started. */
void ez_executor_give_module(ez_executor *self, const ez_module *module);

/* Notes that a run of it was given up, which its plugin may still finish. */
void ez_executor_owe(ez_executor *self);

/**
 * Joins its threads; false if some still run at the deadline.  What they posted is in the mailbox
 * then.
 */
bool ez_executor_join(ez_executor *self, int64_t deadline);

/* Whether no thread of an earlier start is left; frees what those used that have ended since.
 * While false, neither the executor nor its services may be freed. */
bool ez_executor_is_free_of_threads(ez_executor *self);

/* Frees a stopped executor that is free of threads. */
void ez_executor_free(ez_executor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_executor, ez_executor_free)

const char *ez_executor_alias(const ez_executor *self);

/* The alias its plugin has for it, and the plugin's file; NULL if that cannot be used. */
const char *ez_executor_type(const ez_executor *self);
const char *ez_executor_path(const ez_executor *self);

/* The sha256 of the bytes that its code was loaded from last; NULL: it never was. */
const char *ez_executor_sum(const ez_executor *self);
const ez_log *ez_executor_log(const ez_executor *self);

/* Loads the plugin if need be and starts it.  An isolated one goes on with that by itself: until it is
 * ready it is busy, and if it never is, it is not available any more. */
execz_status ez_executor_start(ez_executor *self, execz_error *err);

/* Whether it is started and has been able to take tasks. */
bool ez_executor_is_ready(const ez_executor *self);

/* Whether it has to be stopped: it was started, though it may have broken down since. */
bool ez_executor_is_started(const ez_executor *self);

/* Whether its plugin is started; if not, *reason_out says why.  It still is while it shuts down,
 * and then refuses what is sent. */
bool ez_executor_is_available(const ez_executor *self, const char **reason_out);

/* What its plugin says about itself, and what its runs have waited since it was started; zeroes if
 * it is not started.  Returns EXECZ_HEALTH_*, and in why what is wrong. */
uint32_t ez_executor_examine(const ez_executor *self, execz_stats *stats_out, execz_error *why);

/* Whether it is to finish its runs at shutdown, even if that was asked to cancel: its option
 * overwrite_wait. */
bool ez_executor_overwrites_wait(const ez_executor *self);

/* Counts what a run has waited before it began. */
void ez_executor_add_wait(ez_executor *self, execz_duration wait);

/* Whether its plugin has all of caps, EXECZ_CAP_*. */
bool ez_executor_has_caps(const ez_executor *self, uint32_t caps);

/* Hands an open run over.  Anything but EXECZ_OK: it was refused and is still the caller's. */
execz_status ez_executor_send(ez_executor *self, ez_run *run, execz_error *err);

/* What there was to send is sent, for now: to be called before the loop sleeps. */
void ez_executor_flush(ez_executor *self);

/* Cancels one of its runs, which will finish in its own time. */
void ez_executor_cancel(ez_executor *self, ez_run *run);

/* Takes no more tasks; with EXECZ_SHUTDOWN_CANCEL cancels what it has.  Does not wait. */
void ez_executor_shutdown(ez_executor *self, uint32_t flags, int64_t deadline);

/* Ends it: its threads are joined, waiting no longer than the deadline on the monotonic clock, and
 * the plugin's state is destroyed; its runs must be closed.  If a thread does not end, or abandon
 * is set because runs were given up, the state is left as it is, which is logged.  Afterwards it
 * can be started again. */
void ez_executor_stop(ez_executor *self, int64_t deadline, bool abandon);

/* Runs sent and not yet closed; the scheduler counts. */
unsigned *ez_executor_unfinished(ez_executor *self);

#endif
