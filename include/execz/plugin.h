/* SPDX-License-Identifier: MIT */
/**
 * execz/plugin.h -- the execz plugin ABI, version 1.0.
 *
 * A plugin is a shared object that execz finds by alias in a plugin directory and loads with
 * dlopen().  It decides *where and how* a task runs; the scheduler decides *what runs when*.  This
 * is the whole contract; <execz/sdk.h> implements its routine half, and an executor on top of that
 * is 15 lines.
 *
 *     start ──► send_task, send_task, cancel, ... ──► shutdown ──► destroy        (and start again)
 *                   │
 *                   └─► host->execute() on a thread of the plugin's choice ──► host->finish()
 *
 * Layout.  Plain C11, also C++17.  A struct that crosses the border starts with its own `size`;
 * fields are appended, never moved, re-typed or removed; the reader copies min(size, sizeof its
 * own) and takes the rest as zero.  Integers have a fixed width; there are no enums, bools,
 * bit-fields or longs.
 *
 * Ownership.  Neither side frees what the other allocated.  Pointers handed to a call are borrowed
 * for that call, except where a longer life is promised below.
 *
 * Threads.  Each function carries a tag:
 *   [setup]       before anything runs, or when nothing runs any more; calls never overlap
 *   [loop]        the scheduler's own thread; calls on one executor never overlap; return at once
 *   [worker]      a thread of the executor's choice, on which it is fine to block
 *   [any-thread]  any thread, at any time, also from inside another call on the same stack
 * The host holds none of its locks while it calls a plugin.
 *
 * Rationale.  A table instead of linked symbols, so that a plugin links to nothing of execz and one
 * file works with every later 1.x; sizes instead of a version per struct (nbdkit); a thread tag on
 * every function (CLAP); a note in the file, so that listing plugins runs none of their code (Qt's
 * embedded metadata).
 */
#ifndef EXECZ_PLUGIN_H
#define EXECZ_PLUGIN_H

#include <execz/extension.h>
#include <execz/option.h>
#include <execz/run.h>
#include <execz/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXECZ_ABI_MAKE(major, minor) (((uint32_t)(major) << 16) | (uint32_t)(minor))
#define EXECZ_ABI_MAJOR(abi) ((uint32_t)(abi) >> 16)
#define EXECZ_ABI_MINOR(abi) ((uint32_t)(abi)&0xffffu)
/** The ABI this header describes. */
#define EXECZ_ABI EXECZ_ABI_MAKE(1, 0)
#define EXECZ_ABI_TEXT "1.0"
/** First word of execz_plugin: "EXCZ" in the file. */
#define EXECZ_PLUGIN_MAGIC 0x5a435845u

/* ---- what the host offers ------------------------------------------------------------------- */

#define EXECZ_CLOCK_REAL 0u      /* wall clock, execz_time */
#define EXECZ_CLOCK_MONOTONIC 1u /* never steps; for deadlines */

/**
 * Services for one started executor.  Owned by the host, valid from start() until destroy()
 * returns.
 */
struct execz_host {
    uint32_t size;
    uint32_t abi;        /* what this host speaks: a newer plugin can adapt to an older host */
    const char *name;    /* "execz" */
    const char *version; /* of the host, for people */
    void *self;          /* the host's own */

    /** Logs one line under the executor's alias; level is EXECZ_LOG_*.  [any-thread] */
    void (*log)(const execz_host *host, uint32_t level, const char *message);

    /** The time by EXECZ_CLOCK_*, in nanoseconds; tests turn this clock.  [any-thread] */
    int64_t (*now)(const execz_host *host, uint32_t clock);

    /**
     * The text of a declared option after checks and defaults; NULL if not declared, or if it has
     * neither a value nor a default.  Valid as long as the host.  [any-thread]
     */
    const char *(*option)(const execz_host *host, const char *name);

    /**
     * The value of a declared option of type INT, BOOL (0, 1), DURATION (ns) or SIZE (bytes).
     * EXECZ_E_NOT_FOUND if it has no value, EXECZ_E_INVAL if it has another type.  [any-thread]
     */
    execz_status (*option_i64)(const execz_host *host, const char *name, int64_t *value_out);

    /** realloc(3) on behalf of this executor; length 0 frees and returns NULL.  [any-thread] */
    void *(*realloc)(const execz_host *host, void *pointer, size_t length);

    /** Calls function(argument) on the loop, soon.  [any-thread] */
    execz_status (*post)(const execz_host *host, void (*function)(void *), void *argument);

    /**
     * Starts a thread with all signals blocked and this name (15 bytes are shown).  The host counts
     * it and joins it before destroy(), so function must return once shutdown() was called and its
     * work is done. EXECZ_E_LIMIT if the system has no more threads.  [any-thread]
     */
    execz_status (*thread)(const execz_host *host, const char *name, void (*function)(void *),
                           void *argument);

    /**
     * Runs the task's body for one of its run times on the calling thread: checks the misfire grace
     * time, measures, enforces the timeout, captures the outcome and keeps it with the run.  waiter
     * NULL: waits block this thread.  The executor decides where a body runs; the host alone knows
     * what it is.
     *
     * @result_out  a copy of the outcome, its texts valid until the run is finished; NULL if not
     * wanted
     *
     * EXECZ_OK also if the body failed (that is an outcome); EXECZ_E_STATE if the run is not open
     * or has no such run time.  [worker]; on [loop] only by an executor whose purpose that is.
     */
    execz_status (*execute)(const execz_host *host, execz_run run, execz_time run_time,
                            const execz_waiter *waiter, execz_result *result_out);

    /** Tells that the body has started; execute() does it by itself.  [any-thread] */
    execz_status (*started)(const execz_host *host, execz_run run, execz_time run_time);

    /** Adds to the run's output, stream 1 or 2; the first half of output_limit is kept, and the
     * last; the result counts the bytes between them.  [any-thread] */
    execz_status (*output)(const execz_host *host, execz_run run, uint32_t stream, const void *data,
                           size_t length);

    /**
     * Closes a run: exactly once for each run that send_task() accepted, also from inside
     * send_task(). results (n of them, borrowed) tell how its run times ended and win over what
     * execute() kept; a run time with neither is CANCELLED if cancelling was asked for, else LOST.
     * n = 0 is the usual case.  No thread may be inside execute() for this run any more.
     *
     * EXECZ_E_STATE for a second or stale finish: nothing changes, and the host logs that the
     * plugin misbehaves.  After this call the task and the run are gone.  [any-thread]
     */
    execz_status (*finish)(const execz_host *host, execz_run run, const execz_result *results,
                           uint32_t n);

    /**
     * Asks the body that execute() is running for this run to stop: its waits return -ECANCELED, a
     * command is terminated with its process group; a body not yet executed ends as CANCELLED when
     * it is.
     * [any-thread]
     */
    execz_status (*interrupt)(const execz_host *host, execz_run run);

    /**
     * Fills the first info_out->size bytes.  EXECZ_E_STATE if the run is not open.  [any-thread]
     */
    execz_status (*describe)(const execz_host *host, execz_run run, execz_run_info *info_out);

    /**
     * A further table by its name, EXECZ_EXTENSION_*; NULL if this host does not have it.
     * [any-thread]
     */
    const void *(*extension)(const execz_host *host, const char *id);

    /**
     * Runs what next() gives, one run after another, until it gives 0: executes its run times in
     * order and finishes it, in one go and therefore cheaper than execute() and finish().  The
     * waits of a body block this thread.  A run that cannot be begun, because it was retracted or
     * another thread has begun it, is passed over.  next() must not block; done is the run that has
     * just been finished, 0 if there is none.  [worker]
     */
    void (*work)(const execz_host *host, execz_run (*next)(void *user, execz_run done), void *user);

    /**
     * Finishes, as CANCELLED, a run that no thread has begun to execute: what makes it possible to
     * take a run back from a queue whose other end may be at it just now.  EXECZ_E_STATE if it has
     * begun or is finished: then nothing changes.  [any-thread]
     */
    execz_status (*retract)(const execz_host *host, execz_run run);

    /** How many runs this executor has accepted and not finished.  Slow.  [any-thread] */
    uint32_t (*unfinished)(const execz_host *host);

    /** A hint: the calling thread will soon begin this run, so fetch it into its cache.  [worker] */
    void (*soon)(const execz_host *host, execz_run run);
};

/* ---- what an executor offers ---------------------------------------------------------------- */

/** One started executor; the plugin's own. */
typedef struct execz_executor execz_executor;

#define EXECZ_SHUTDOWN_WAIT 1u   /* return only when every run is finished, or at the deadline */
#define EXECZ_SHUTDOWN_CANCEL 2u /* finish queued runs as CANCELLED, interrupt running ones */
#define EXECZ_NO_DEADLINE INT64_MAX

/** Figures of an executor; the host itself counts sent, finished and failed runs. */
typedef struct execz_stats {
    uint32_t size;
    uint32_t workers;  /* threads or processes it has now */
    uint32_t busy;     /* of them running a body */
    uint32_t queued;   /* accepted runs that have not started */
    uint64_t accepted; /* since start */
    uint64_t finished;
    uint64_t refused;
    execz_duration wait_time; /* what runs spent queued before they began, in all */
} execz_stats;

#define EXECZ_HEALTH_OK 0u
#define EXECZ_HEALTH_DEGRADED 1u
#define EXECZ_HEALTH_DOWN 2u /* what it is sent waits: nothing can begin until this is over */

/** The contract of the kind "execz.executor/1". */
typedef struct execz_executor_ops {
    uint32_t size;
    uint32_t flags; /* 0 */

    /* The fixed three, and destroy: required. */

    /**
     * Makes an executor ready for tasks.
     *
     * @host          valid until destroy() returns
     * @alias         the name it has in the configuration; valid as long as host
     * @executor_out  the plugin's own state
     * @err           on failure: says why, and what the operator can do about it
     *
     * On failure nothing is left behind: no thread, descriptor or memory.  May be called again
     * after a failure or a destroy(), and several times for executors of different alias.  [loop]
     */
    execz_status (*start)(const execz_host *host, const char *alias, execz_executor **executor_out,
                          execz_error *err);

    /**
     * Ends an executor: from here on it refuses tasks with EXECZ_E_SHUTDOWN.  What it has accepted
     * runs to its end, or is CANCELLED (EXECZ_SHUTDOWN_CANCEL); each run is finished in either
     * case.
     *
     * @flags     EXECZ_SHUTDOWN_*; may be called again with stronger ones
     * @deadline  on EXECZ_CLOCK_MONOTONIC, for WAIT; or EXECZ_NO_DEADLINE
     *
     * EXECZ_OK, or EXECZ_E_TIMEOUT if WAIT met its deadline with runs unfinished.
     * [any-thread], with WAIT never [loop]
     */
    execz_status (*shutdown)(execz_executor *self, uint32_t flags, int64_t deadline,
                             execz_error *err);

    /**
     * Takes one run of a task.  EXECZ_OK: it is the executor's now and will be finished exactly
     * once (perhaps before this returns).  Anything else: it is not, and finish() must not be
     * called.
     *
     * @task       valid until the run is finished
     * @run_times  n of them, 1 to EXECZ_RUN_TIMES_MAX, ascending: several if runs were missed and
     *             the task does not coalesce; to be executed in this order; valid until the run is
     *             finished
     *
     * EXECZ_E_BUSY: the scheduler keeps the run and sends it again soon.  EXECZ_E_MAX_INSTANCES:
     * dropped, and said so.  EXECZ_E_SHUTDOWN: kept for when the executor is back.
     * EXECZ_E_UNSUPPORTED, EXECZ_E_INVAL, any other: this run fails with err's message.  [loop]
     */
    execz_status (*send_task)(execz_executor *self, const execz_task *task,
                              const execz_time *run_times, uint32_t n, execz_run run,
                              execz_error *err);

    /** Frees self.  Every run is finished and every host->thread() has ended.  [loop] */
    void (*destroy)(execz_executor *self);

    /* Optional: NULL if the executor has nothing to say. */

    /**
     * Stops one run: out of the queue, or host->interrupt(); it is finished in either case.
     * [any-thread]
     */
    execz_status (*cancel)(execz_executor *self, execz_run run);
    /** Fills the first stats_out->size bytes.  [any-thread] */
    execz_status (*stats)(execz_executor *self, execz_stats *stats_out);
    /** EXECZ_HEALTH_*; why says what is wrong.  [any-thread] */
    uint32_t (*health)(execz_executor *self, execz_error *why);
    /** Takes up a run that an earlier life of the host has left behind.  [loop] */
    execz_status (*recover)(execz_executor *self, const execz_task *task, execz_time run_time,
                            execz_run run, execz_error *err);
    /** A further table by its name; NULL if there is none.  [any-thread] */
    const void *(*extension)(execz_executor *self, const char *id);
    /**
     * What there was to send is sent, for now: called after one or many send_task(), before the
     * loop sleeps.  So an executor may leave to it what is dear to do for each task, such as to make
     * sure that somebody is awake.  [loop]
     */
    void (*flush)(execz_executor *self);
} execz_executor_ops;

/* ---- description ---------------------------------------------------------------------------- */

#define EXECZ_KIND_EXECUTOR "execz.executor/1"

#define EXECZ_CAP_FUNCTION (1u << 0)   /* takes EXECZ_TASK_FUNCTION */
#define EXECZ_CAP_COROUTINE (1u << 1)  /* takes EXECZ_TASK_COROUTINE */
#define EXECZ_CAP_COMMAND (1u << 2)    /* takes EXECZ_TASK_COMMAND */
#define EXECZ_CAP_PAYLOAD (1u << 3)    /* takes EXECZ_TASK_PAYLOAD */
#define EXECZ_CAP_CANCEL (1u << 4)     /* can stop a run that has started */
#define EXECZ_CAP_PARALLEL (1u << 5)   /* send_task() may be called from several threads */
#define EXECZ_CAP_ISOLATABLE (1u << 6) /* also works in a process of its own */
#define EXECZ_CAP_RECOVER (1u << 7)    /* its runs outlive the host; see recover() */
#define EXECZ_CAP_OWN_LIMIT (1u << 8)  /* counts instances itself, beyond this host */
/**
 * No body begins but in execute() or work(), as execz_submission_run() and the like of <execz/sdk.h> call
 * them.  So what these have not begun when the plugin's process dies is not lost, but sent again.  Not
 * for an executor that has bodies run elsewhere.
 */
#define EXECZ_CAP_EXECUTES (1u << 9)
/** Everything that execute() runs. */
#define EXECZ_CAP_BODIES (EXECZ_CAP_FUNCTION | EXECZ_CAP_COROUTINE | EXECZ_CAP_COMMAND)

/** One thing a plugin provides. */
typedef struct execz_component {
    uint32_t size;
    uint32_t caps;       /* EXECZ_CAP_* */
    const char *kind;    /* EXECZ_KIND_EXECUTOR; fixes the type of ops */
    const char *alias;   /* names for the configuration, the main one first, blanks between */
    const char *summary; /* one line for people */
    const void *ops;     /* const execz_executor_ops * */
    const execz_option *options; /* for [executor:...]; the bytes that are in the file's note */
    uint32_t n_options;
    uint32_t reserved;
    const execz_option *task_options; /* for each task that names this executor */
    uint32_t n_task_options;
    uint32_t reserved_too;
} execz_component;

/** What a plugin is.  Constant; valid for ever (code of a plugin is never unmapped). */
typedef struct execz_plugin {
    uint32_t magic; /* EXECZ_PLUGIN_MAGIC; these first four never change, in any version */
    uint32_t size;
    uint32_t abi;       /* EXECZ_ABI of the header it was built with */
    uint32_t needs_abi; /* the oldest host it can work with: same major, this minor or later */
    const char *id;     /* reverse domain name, e.g. "org.example.oneshot" */
    const char *version;
    const char *vendor;  /* may be NULL, as the next two */
    const char *license; /* SPDX */
    const char *url;
    const execz_component *const *components;
    uint32_t n_components;
    uint32_t reserved;
} execz_plugin;

/**
 * The one symbol the loader looks up.  Returns NULL if the plugin cannot live with host_abi.
 * [setup]
 */
EXECZ_EXPORT const execz_plugin *execz_plugin_entry(uint32_t host_abi);

/**
 * The plain form: a file that exports these four and neither an entry nor a note is an executor
 * too, whose alias is the file's name without ".so".  execz_abi() returns EXECZ_ABI; the others are
 * as in execz_executor_ops.  execz_executor_destroy, if exported, is its destroy.
 */
EXECZ_EXPORT uint32_t execz_abi(void);
EXECZ_EXPORT execz_status execz_executor_start(const execz_host *host, const char *alias,
                                               execz_executor **executor_out, execz_error *err);
EXECZ_EXPORT execz_status execz_executor_shutdown(execz_executor *self, uint32_t flags,
                                                  int64_t deadline, execz_error *err);
EXECZ_EXPORT execz_status execz_executor_send_task(execz_executor *self, const execz_task *task,
                                                   const execz_time *run_times, uint32_t n,
                                                   execz_run run, execz_error *err);
EXECZ_EXPORT void execz_executor_destroy(execz_executor *self);

#ifdef __cplusplus
}
#endif

#include <execz/layout.h>
#endif
