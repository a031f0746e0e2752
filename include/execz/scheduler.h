/* SPDX-License-Identifier: MIT */
/**
 * execz/scheduler.h -- a scheduler inside a program.
 *
 *     execz_scheduler *scheduler = execz_scheduler_new(NULL, &err);
 *     execz_scheduler_add_task(scheduler, &task, &err);
 *     execz_scheduler_run(scheduler, &err);
 *
 * It runs on the calling thread like this, on a thread of its own after
 * execz_scheduler_run_in_background(), or in whatever loop the program has: GLib's with
 * <execz/glib.h>, any other by execz_scheduler_fd() and execz_scheduler_dispatch().
 *
 * Tasks and executors are named by id and alias, not held by pointer.  Texts given to a call are
 * copied.
 */
#ifndef EXECZ_SCHEDULER_H
#define EXECZ_SCHEDULER_H

#include <execz/event.h>
#include <execz/function.h>
#include <execz/task.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct execz_scheduler execz_scheduler;

/** Receives log lines of level and above.  [any-thread] */
typedef void (*execz_log_function)(void *user, uint32_t level, const char *message);

/** How a scheduler is made.  Start from EXECZ_SCHEDULER_OPTIONS_INIT. */
typedef struct execz_scheduler_options {
    uint32_t size;
    uint32_t log_level;   /* EXECZ_LOG_*: lines below are not made */
    const char *name;     /* for events and logs; NULL: "execz" */
    const char *timezone; /* for triggers that name none; NULL: "UTC" */
    const char *const
        *plugin_path; /* more plugin directories, absolute, NULL-terminated; or NULL */
    const char *const *function_path; /* more function directories, the same */
    execz_log_function log;           /* NULL: lines of warning and above go to stderr */
    void *log_user;
    /* For tasks that name none, in nanoseconds; EXECZ_UNSET: 1 h; < 0: no limit. */
    execz_duration misfire_grace_time;
    uint32_t max_instances;  /* for tasks that name none; 0: 1 */
    uint32_t coalesce;       /* for tasks that name none; 0: LATEST */
    uint32_t overlap;        /* for tasks that name none; 0: SKIP */
    uint32_t overlap_limit;  /* with QUEUE above; 0: 1 */
    const char *plugin_lock; /* absolute path of a plugins.lock; NULL: none */
    uint32_t require_lock;   /* 1: only what it has may be run */
    uint32_t history;        /* ends kept in memory for <execz/history.h>; 0: none */
    uint32_t watch_plugins;  /* 1: files of plugins that come, change or go are noticed */
    uint32_t reserved;
    /* Absolute; made if need be.  Tasks and run times outlast the process there; no two schedulers can
     * use one at the same time.  NULL: tasks are in memory. */
    const char *state_dir;
    const char *fallback_state_dir; /* the same, if neither that nor a configuration names one */
    const char *store; /* alias of the store, or its path; NULL: "sqlite" with a state_dir, else
                          "memory" */
    const execz_pair *store_options; /* n of them, as text */
    uint64_t n_store_options;
} execz_scheduler_options;

/* clang-format off */
#define EXECZ_SCHEDULER_OPTIONS_INIT                                                               \
    {sizeof(execz_scheduler_options), EXECZ_LOG_INFO, NULL, NULL, NULL, NULL, NULL, NULL,          \
     EXECZ_UNSET, 0, 0, 0, 0, NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0}
/* clang-format on */

/**
 * Makes a stopped scheduler.  Its store is found now, opened and read when it first starts.
 *
 * @options  NULL: all defaults
 *
 * NULL if an option is wrong or the system refuses.  [any-thread]
 */
EXECZ_API execz_scheduler *execz_scheduler_new(const execz_scheduler_options *options,
                                               execz_error *err);

/**
 * Frees a stopped scheduler, or shuts a running one down with CANCEL first.  NULL is fine.  [setup]
 */
EXECZ_API void execz_scheduler_free(execz_scheduler *self);

/* ---- executors, tasks, listeners ------------------------------------------------------------ */

/**
 * Adds an executor under an alias.
 *
 * @alias     how tasks name it; "default" serves tasks that name none, see execz_scheduler_start()
 * @type      alias of the plugin, or the absolute path of its file
 * @options   the executor's options as text, n of them
 *
 * The plugin is found and options are checked now; it is started with the scheduler, or at once if
 * that runs.  If the plugin is found but cannot be used the executor is added all the same: its
 * tasks are blocked with the reason, which is also logged.  EXECZ_E_NOT_FOUND if there is no plugin
 * of that alias (the message says where it was looked for), EXECZ_E_EXISTS, EXECZ_E_CONFIG for a
 * wrong option.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_add_executor(execz_scheduler *self, const char *alias,
                                                    const char *type, const execz_pair *options,
                                                    size_t n_options, execz_error *err);

/**
 * Removes an executor: it takes no more tasks, its unfinished runs go on to their end, or with
 * EXECZ_SHUTDOWN_CANCEL are cancelled; then it is shut down, which EXECUTOR_REMOVED tells.  What is
 * due in its name meanwhile is blocked, until an executor is added under the alias again, which may
 * be at once.  Again, while its runs end: CANCEL applies, too.
 *
 * Returns at once.  EXECZ_E_NOT_FOUND if there is none of that alias.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_remove_executor(execz_scheduler *self, const char *alias,
                                                       uint32_t flags, execz_error *err);

/**
 * Gives the program's own functions, n of them, to tasks as "module:name"; no file is needed.
 *
 * @functions  valid as long as the scheduler; in C best a table of execz_function
 *
 * EXECZ_E_EXISTS if the program has registered such a module already, EXECZ_E_INVAL for a wrong
 * name.
 * [any-thread]
 */
EXECZ_API execz_status execz_scheduler_add_functions(execz_scheduler *self, const char *module,
                                                     const execz_function *const *functions,
                                                     size_t n, execz_error *err);

/**
 * Adds a task.  Before start it is kept, and its schedule begins with the start.
 *
 * EXECZ_E_EXISTS if the id is taken, EXECZ_E_PARSE for a wrong trigger, EXECZ_E_INVAL or
 * EXECZ_E_LIMIT for another wrong field.  An executor or function that is not there (yet) is no
 * error: the task is blocked until it is.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_add_task(execz_scheduler *self, const execz_task_spec *task,
                                                execz_error *err);

/**
 * Adds a task, or replaces the one of its id.  Then what runs goes on and ends as it would, and
 * counts for max_instances; what is due but waits for its executor runs as the new task.  With the
 * same trigger and time zone the schedule goes on, its next run time included; else it begins anew,
 * as that of a task just added.  A paused task stays paused.  Told as TASK_ADDED or TASK_MODIFIED.
 *
 * Errors as of execz_scheduler_add_task(), and then nothing has changed.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_put_task(execz_scheduler *self, const execz_task_spec *task,
                                                execz_error *err);

/**
 * Gives a task another trigger; its schedule begins anew, unless trigger and time zone are those it
 * has.  If it does, a run time of the old one that has come but that the loop has not looked at yet is
 * none any more.  The rest is as in execz_scheduler_put_task().
 *
 * @timezone  for a trigger that names none; NULL: the scheduler's
 *
 * EXECZ_E_NOT_FOUND; EXECZ_E_PARSE for a wrong trigger.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_reschedule_task(execz_scheduler *self, const char *id,
                                                       const char *trigger, const char *timezone,
                                                       execz_error *err);

/**
 * Removes a task; its unfinished runs go on.  EXECZ_E_NOT_FOUND if there is none of that id.
 * [any-thread]
 */
EXECZ_API execz_status execz_scheduler_remove_task(execz_scheduler *self, const char *id,
                                                   execz_error *err);

#define EXECZ_PAUSE_REASON_MAX 4096 /* bytes of the reason for a pause */

/**
 * Pauses a task: it has no next run time, and what it would have had meanwhile is not made up.
 * A run time that has come but that the loop has not looked at yet is one of those.  Unfinished
 * runs, and what is due already but waits for its executor, go on; so does
 * execz_scheduler_run_task().  If it is paused already, reason and until are exchanged.  Told as
 * TASK_MODIFIED.
 *
 * @reason  for people; NULL: none
 * @until   it resumes by itself then; EXECZ_TIME_NEVER: when it is resumed
 *
 * EXECZ_E_NOT_FOUND; EXECZ_E_INVAL if until is past; EXECZ_E_LIMIT for a reason longer than
 * EXECZ_PAUSE_REASON_MAX.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_pause_task(execz_scheduler *self, const char *id,
                                                  const char *reason, execz_time until,
                                                  execz_error *err);

/**
 * Resumes a paused task, in the phase that it had: the next run time is the first one from now on.
 * If there is none any more the task is removed.  One that is not paused is left alone.  Told as
 * TASK_MODIFIED.  EXECZ_E_NOT_FOUND.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_resume_task(execz_scheduler *self, const char *id,
                                                   execz_error *err);

#define EXECZ_RUN_REQUESTS_MAX 100000 /* runs asked for that the loop has not come to yet */

/**
 * Runs a task now, beside its schedule, which stays as it is.  Returns at once: how it ended, or that it
 * was refused for max_instances, is told by its event.
 *
 * EXECZ_E_NOT_FOUND; EXECZ_E_STATE if the scheduler does not run; EXECZ_E_LIMIT beyond
 * EXECZ_RUN_REQUESTS_MAX.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_run_task(execz_scheduler *self, const char *id,
                                                execz_error *err);

/**
 * Asks for the end of one run, by the token that its events have: it is taken out of its executor's
 * queue, or its body is interrupted.  It ends as CANCELLED, unless it ends by itself first or its
 * body does not listen; it is not attempted again.  EXECZ_E_NOT_FOUND if it has ended.
 * [any-thread]
 */
EXECZ_API execz_status execz_scheduler_cancel_run(execz_scheduler *self, execz_run run,
                                                  execz_error *err);

#define EXECZ_CANCEL_RUNNING 1u  /* runs that an executor has, as execz_scheduler_cancel_run() */
#define EXECZ_CANCEL_WAITING 2u  /* what is due and waits: for its executor, or a run to end */
#define EXECZ_CANCEL_RETRYING 4u /* what waits for its next attempt */
#define EXECZ_CANCEL_ALL 7u

/**
 * The same for what a task has now; its schedule goes on.  Each run time that waits ends as CANCELLED
 * at once.  Of a removed task only cancel_run() still finds the runs.
 *
 * @what  EXECZ_CANCEL_*; 0: all
 *
 * EXECZ_E_NOT_FOUND if there is no task of that id; EXECZ_OK also if it has nothing to cancel.
 * [any-thread]
 */
EXECZ_API execz_status execz_scheduler_cancel_task(execz_scheduler *self, const char *id,
                                                   uint32_t what, execz_error *err);

/**
 * Has listener called for events whose code is in mask.  A listener added twice is called twice.
 * Returns its id for removal; 0 only if listener is NULL.  [any-thread]
 */
EXECZ_API uint64_t execz_scheduler_add_listener(execz_scheduler *self, uint64_t mask,
                                                execz_listener listener, void *user);

/**
 * Removes a listener: when this returns it is not called again, and its user may be freed.
 *
 * On the loop that is at once, also for a listener that removes itself; from another thread it waits
 * while a listener is being called.  So hold no lock that a listener may wait for.
 * EXECZ_E_NOT_FOUND.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_remove_listener(execz_scheduler *self, uint64_t id,
                                                       execz_error *err);

/** One executor of a scheduler; texts are the scheduler's. */
typedef struct execz_executor_info {
    uint32_t size;
    uint32_t unfinished; /* runs it has */
    const char *alias;   /* how tasks name it */
    const char *type;    /* alias of its plugin; NULL if that cannot be used, as the next */
    const char *path;    /* of the plugin's file */
    const char
        *unavailable;  /* why it takes no tasks, e.g. because it is not started; NULL: it does */
    execz_stats stats; /* zeroes if it is not started; wait_time is counted by the scheduler */
    const char *health_why; /* what its plugin says that is wrong; NULL: nothing, as the next */
    uint32_t health;        /* EXECZ_HEALTH_*, see <execz/plugin.h> */
} execz_executor_info;

/** Hears of each executor.  [setup] or [loop] */
typedef void (*execz_executor_function)(void *user, const execz_executor_info *executor);

/**
 * Tells of each executor, in the order of their aliases.  On the loop, or while the scheduler is
 * stopped.  [loop]
 */
EXECZ_API void execz_scheduler_list_executors(execz_scheduler *self,
                                              execz_executor_function executor, void *user);

/* ---- life ----------------------------------------------------------------------------------- */

/**
 * Starts all executors and the schedules of all tasks.  If there is no executor "default" it adds one
 * of type asyncio, unless the scheduler was made from a configuration that has executors; without that
 * plugin what needs it is blocked, and tells why.  The program then calls
 * execz_scheduler_dispatch() whenever execz_scheduler_fd() is readable, or execz_scheduler_run().
 * With a state_dir the first start brings back what is kept there; a task that was added before wins
 * over the one of its id, whose schedule goes on if it has the same trigger.  A run that was under way
 * when the process of old ended is told as LOST, or attempted again, by `delivery` of its task; then
 * EXECZ_E_EXISTS if another scheduler uses the state_dir, EXECZ_E_IO and others if it cannot be used.
 * An executor that cannot start blocks its tasks and is no failure.  If it runs already, this start
 * is counted: as many shutdowns as starts stop it.  EXECZ_E_STATE while it shuts down.  [setup]
 */
EXECZ_API execz_status execz_scheduler_start(execz_scheduler *self, execz_error *err);

/** The same, paused from the beginning if it did not run yet.  [setup] */
EXECZ_API execz_status execz_scheduler_start_paused(execz_scheduler *self, execz_error *err);

/**
 * Pauses the scheduler: until it is resumed nothing is submitted but what
 * execz_scheduler_run_task() asks for.  Run times that have passed by then are due at once, by
 * coalescing and misfire grace time of their task.  Unfinished runs go on.  If it is paused already
 * nothing happens.
 * EXECZ_E_STATE if it does not run.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_pause(execz_scheduler *self, execz_error *err);

/**
 * Resumes a paused scheduler; one that is not paused is left alone.  EXECZ_E_STATE if it does not
 * run.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_resume(execz_scheduler *self, execz_error *err);

/** A descriptor to poll for reading; it stays the scheduler's.  [any-thread] */
EXECZ_API int execz_scheduler_fd(const execz_scheduler *self);

/**
 * Does what is due and returns; never blocks.  The calling thread is the loop meanwhile.  Within a
 * listener it does nothing.  [loop]
 */
EXECZ_API void execz_scheduler_dispatch(execz_scheduler *self);

/**
 * Starts if need be, and dispatches on this thread until a shutdown is complete.  EXECZ_E_STATE
 * within a listener, and if the scheduler runs in the background.  [setup]
 */
EXECZ_API execz_status execz_scheduler_run(execz_scheduler *self, execz_error *err);

/**
 * Starts if need be, and has a thread of the scheduler's own dispatch until a shutdown is complete;
 * it is called "execz" and takes no signals.  execz_scheduler_shutdown() with EXECZ_SHUTDOWN_WAIT
 * waits for its end, too, and so does execz_scheduler_free().  Returns at once.
 * EXECZ_E_STATE if it runs in the background already, EXECZ_E_LIMIT if the system has no thread
 * left; then it is as it was.  [setup]
 */
EXECZ_API execz_status execz_scheduler_run_in_background(execz_scheduler *self, execz_error *err);

/**
 * Begins to shut down: nothing is due any more; unfinished runs go on to their end, or with
 * EXECZ_SHUTDOWN_CANCEL are cancelled.  Then the tasks whose trigger is shutdown() run, once each,
 * unless timeout is over.  After timeout runs are cancelled in any case, and what does not end
 * within the longest kill_grace of what runs and 10 s after that is closed as LOST.  Again with
 * stronger flags or a shorter timeout: both apply.  If it was started more than once, this takes
 * back one start and does nothing else; flags and timeout are for the last one.
 *
 * @timeout  in nanoseconds; < 0: none
 *
 * Returns at once, except with EXECZ_SHUTDOWN_WAIT, which waits for the end that a loop brings about:
 * in another thread, which has to go on dispatching.  It does not wait if only a start was taken back.
 * EXECZ_E_STATE if it does not run, and on the loop with EXECZ_SHUTDOWN_WAIT.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_shutdown(execz_scheduler *self, uint32_t flags,
                                                execz_duration timeout, execz_error *err);

#define EXECZ_STATE_STOPPED 0u
#define EXECZ_STATE_RUNNING 1u
#define EXECZ_STATE_PAUSED 2u
#define EXECZ_STATE_SHUTTING_DOWN 3u

/** Figures of a scheduler. */
typedef struct execz_scheduler_info {
    uint32_t size;
    uint32_t state;      /* EXECZ_STATE_* */
    uint64_t tasks;      /* that it holds */
    uint64_t scheduled;  /* of them with a next run time */
    uint64_t blocked;    /* of them due, but blocked */
    uint64_t unfinished; /* runs submitted or waiting to be */
    execz_time next_run; /* of any task, or sooner; EXECZ_TIME_NEVER if none is scheduled */
    uint64_t paused;     /* tasks that are */
    uint32_t starts;     /* how many shutdowns it takes to stop it */
    uint32_t reserved;
} execz_scheduler_info;

/** Fills the first info_out->size bytes.  [any-thread] */
EXECZ_API void execz_scheduler_get_info(execz_scheduler *self, execz_scheduler_info *info_out);

#ifdef __cplusplus
}
#endif
#endif
