/* SPDX-License-Identifier: MIT */
/**
 * execz/worker.h -- runs task bodies in a process of one's own, exactly as the scheduler would.
 *
 * For executors that carry tasks elsewhere: their worker program links libexecz, receives task and
 * facts in whatever form the executor sends them, and has the body run here: a function is looked
 * up and called, a command is started, watched and killed; deadline, cancelling, captured output
 * and the meaning of what a body returns are those of execz_host.execute().
 *
 *     execz_bodies *bodies = execz_bodies_new(NULL, &err);
 *     execz_result result = {.size = sizeof result};
 *
 *     while (receive(&task, &facts)) {
 *         execz_bodies_run(bodies, &task, &facts, NULL, &result);
 *         reply(&result);
 *     }
 *     execz_bodies_free(bodies);
 *
 * One execz_bodies runs one body at a time; make several to run several at once.  A process may be
 * forked while none of its calls is in progress: each side then goes on with its own.
 */
#ifndef EXECZ_WORKER_H
#define EXECZ_WORKER_H

#include <execz/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct execz_bodies execz_bodies;

/** What execz_bodies_new() may be told.  Start from zeroes and set size. */
typedef struct execz_bodies_options {
    uint32_t size;
    uint32_t reserved;
    const char *const *function_path; /* directories of modules, absolute, NULL-terminated; NULL */
    /**
     * Gets each line that a function logs; NULL: they are written to stderr.  Called on the thread
     * that runs the body, and on those of its children.
     */
    void (*log)(void *user, uint32_t level, const char *message);
    void *user; /* handed to log */
} execz_bodies_options;

/** What a body is told about its run, beside its task. */
typedef struct execz_body_facts {
    uint32_t size;
    uint32_t attempt; /* 1 for the first */
    execz_run run;
    execz_time run_time;
    int64_t deadline_monotonic; /* CLOCK_MONOTONIC, one for the machine; EXECZ_NO_DEADLINE: none */
    const char *executor;       /* alias */
} execz_body_facts;

/**
 * Prepares to run bodies; modules are found as in the scheduler: in function_path, in the built-in
 * directory, in EXECZ_FUNCTION_PATH (not for root).
 *
 * @options  copied; NULL: all defaults
 * @err      filled on failure; may be NULL
 *
 * Returns NULL if a directory is not absolute (EXECZ_E_INVAL).
 * [any-thread]
 */
EXECZ_API execz_bodies *execz_bodies_new(const execz_bodies_options *options, execz_error *err);

/** Frees self, which runs no body any more; NULL is fine.  Code of modules stays.  [any-thread] */
EXECZ_API void execz_bodies_free(execz_bodies *self);

/**
 * Loads what is named, so that the first run need not: a module, or one function of it.
 *
 * @name  "module" or "module:name"
 * @err   filled on failure, as by the scheduler: F101 to F105, or why its file is not trusted
 *
 * Returns EXECZ_OK, EXECZ_E_NOT_FOUND, EXECZ_E_INVAL or EXECZ_E_PLUGIN.
 * [any-thread]
 */
EXECZ_API execz_status execz_bodies_preload(execz_bodies *self, const char *name, execz_error *err);

/**
 * Calls a function outside of any run, e.g. an executor's initializer.  Its run is 0, its task is
 * its own name, its waits block this thread, its result is dropped.
 *
 * @function  "module:name"
 * @args      a JSON object; NULL: {}
 * @err       filled unless EXECZ_OK: why it was not found, or the function's own words
 *
 * Returns EXECZ_OK, EXECZ_E_FAIL if the function failed, or as execz_bodies_preload().
 * [worker]
 */
EXECZ_API execz_status execz_bodies_call(execz_bodies *self, const char *function, const char *args,
                                         execz_error *err);

/**
 * Runs the body of task once, on this thread, from its start to its end.
 *
 * @task        valid during the call; function, coroutine or command
 * @facts       valid during the call
 * @waiter      how it waits; NULL: waits block this thread
 * @result_out  its first result_out->size bytes are filled (0: the size of version 1.0); its texts
 *              are self's and valid until the next execz_bodies_run() or execz_bodies_free()
 *
 * Returns EXECZ_OK also if the body failed: that is an outcome, as is a function that does not
 * exist.  EXECZ_E_STATE if self is running a body already: then nothing was run.
 * [worker]
 */
EXECZ_API execz_status execz_bodies_run(execz_bodies *self, const execz_task *task,
                                        const execz_body_facts *facts, const execz_waiter *waiter,
                                        execz_result *result_out);

/**
 * Asks the body that runs for this run to stop: its waits return -ECANCELED, a command is
 * terminated with its process group.  If it has not begun yet, or has further run times, each
 * execz_bodies_run() of that run ends as CANCELLED at once; only the last such run is remembered.
 *
 * @run  0: whichever runs now
 *
 * [any-thread]
 */
EXECZ_API void execz_bodies_interrupt(execz_bodies *self, execz_run run);

#ifdef __cplusplus
}
#endif
#endif
