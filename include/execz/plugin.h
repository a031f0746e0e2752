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

/* ---- a task, as an executor sees it --------------------------------------------------------- */

/** A name and its text. */
typedef struct execz_pair {
    const char *key;
    const char *value;
} execz_pair;

#define EXECZ_TASK_FUNCTION 1u  /* an ordinary function; it may block its thread */
#define EXECZ_TASK_COROUTINE 2u /* a function that waits only through its execz_waiter */
#define EXECZ_TASK_COMMAND 3u   /* a program with arguments */
#define EXECZ_TASK_PAYLOAD 4u   /* bytes and options that only the executor itself understands */

/**
 * What is to be run.  Owned by the host, immutable, valid until the run it was sent with is
 * finished.
 */
typedef struct execz_task {
    uint32_t size;
    uint32_t kind;          /* EXECZ_TASK_* */
    const char *id;         /* unique in its scheduler */
    const char *name;       /* for people; never NULL, the id if there is no other */
    uint32_t max_instances; /* the host has already made sure of it */
    int32_t priority;       /* higher goes first where runs have to queue; 0 by default */
    execz_duration misfire_grace_time; /* later than this is MISSED; < 0: no limit */
    execz_duration timeout;            /* execute() enforces it; 0: none */
    execz_duration kill_grace;         /* COMMAND: from TERM to KILL */
    uint64_t output_limit;             /* COMMAND: bytes of output kept of each run */
    const char *module_path;           /* FUNCTION, COROUTINE: its file; NULL: the program has it */
    const char *function;              /* FUNCTION, COROUTINE: "module:name" */
    const char *const *argv;           /* COMMAND: NULL-terminated, argv[0] is looked up in PATH */
    const char *const *env;    /* COMMAND: "NAME=value" added to the host's, NULL-terminated */
    const char *cwd;           /* COMMAND: working directory; NULL: the host's */
    const char *content_type;  /* of args; "application/json" unless the task says otherwise */
    const void *args;          /* the task's arguments, or its payload; NULL if there are none */
    uint64_t args_length;      /* in bytes */
    const execz_pair *options; /* the task's own options for this executor, checked and complete */
    uint64_t n_options;
} execz_task;

/**
 * One dispatch of a task, finished exactly once.  A slot and its generation, so that the host
 * recognises a stale one after the slot is used again; it may cross a process border as it is.
 * Never 0.
 */
typedef uint64_t execz_run;

/** The largest n_run_times of one send_task(). */
#define EXECZ_RUN_TIMES_MAX 100u

/** More about one dispatch, for executors that carry it out elsewhere. */
typedef struct execz_run_info {
    uint32_t size;
    uint32_t attempt; /* 1 for the first, then 2, 3, ... for retries */
    execz_run run;
    execz_time submitted; /* wall clock */
} execz_run_info;

#define EXECZ_OUTCOME_OK 1u
#define EXECZ_OUTCOME_ERROR 2u
#define EXECZ_OUTCOME_MISSED 3u /* its misfire grace time was over before it could start */
#define EXECZ_OUTCOME_CANCELLED 4u
#define EXECZ_OUTCOME_TIMEOUT 5u
#define EXECZ_OUTCOME_LOST 6u /* nobody can say how it ended */

/** How one run time ended. */
typedef struct execz_result {
    uint32_t size;
    uint32_t outcome;    /* EXECZ_OUTCOME_* */
    execz_time run_time; /* which of the dispatched run times this is */
    execz_time started;  /* wall clock; 0: never started */
    execz_time finished; /* wall clock */
    int32_t exit_status; /* COMMAND: what it exited with; -1 if it did not exit */
    int32_t signal;      /* COMMAND: the signal that ended it; 0 if none */
    const char *message; /* why it is not OK; NULL if there is nothing to say */
    const char *value;   /* FUNCTION, COROUTINE: its result as JSON; NULL if none */
    uint64_t value_length;
    const char *output; /* COMMAND: captured output, head and tail; not terminated; NULL if none */
    uint64_t output_length;
    uint64_t output_dropped; /* bytes left out between head and tail */
} execz_result;

/**
 * How a body waits.  Whoever runs the body supplies it, so that one function runs unchanged on a
 * thread (a wait blocks), on an event loop (a wait suspends) and in a worker process.  Each returns
 * 0 or more on success, else a negative errno: -ECANCELED, -ETIMEDOUT (the run's own deadline, or
 * the call's timeout).
 * [the thread that runs the body]
 */
typedef struct execz_waiter {
    uint32_t size;
    uint32_t reserved;
    void *self;
    int32_t (*sleep)(void *self, execz_duration duration);
    /**
     * Waits until fd is ready for poll_events (poll(2)); returns the events that are.  timeout < 0:
     * none.
     */
    int32_t (*wait_fd)(void *self, int32_t fd, int32_t poll_events, execz_duration timeout);
    /** Waits for the end of the child behind pidfd, without reaping it. */
    int32_t (*wait_child)(void *self, int32_t pidfd, execz_duration timeout);
    /** Runs function(argument) where it may block, waits for it and returns its result. */
    int32_t (*offload)(void *self, int32_t (*function)(void *), void *argument);
    /** Lets others go first; also the cheap way to ask "am I cancelled?". */
    int32_t (*yield)(void *self);
} execz_waiter;

/* ---- what the host offers ------------------------------------------------------------------- */

typedef struct execz_host execz_host;

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

    /** Adds to the run's captured output; stream is 1 or 2.  [any-thread] */
    execz_status (*output)(const execz_host *host, execz_run run, uint32_t stream, const void *data,
                           size_t length);

    /**
     * Closes a run: exactly once for each run that send_task() accepted, also from inside
     * send_task(). results (n of them, borrowed) tell how its run times ended and win over what
     * execute() kept; a run time with neither is CANCELLED if cancelling was asked for, else LOST.
     * n = 0 is the usual case.
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
     * A further table by its name, e.g. "execz.loop/1"; NULL if this host does not have it.
     * [any-thread]
     */
    const void *(*extension)(const execz_host *host, const char *id);
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
    execz_duration wait_time; /* what finished runs spent queued, in all */
} execz_stats;

#define EXECZ_HEALTH_OK 0u
#define EXECZ_HEALTH_DEGRADED 1u
#define EXECZ_HEALTH_DOWN 2u /* the host holds tasks back instead of sending them */

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
     * the task
     *             does not coalesce; to be executed in this order; borrowed for the call
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
} execz_executor_ops;

/* ---- description ---------------------------------------------------------------------------- */

#define EXECZ_OPTION_STRING 1u
#define EXECZ_OPTION_INT 2u /* allowed: "1..1000", "1.." */
#define EXECZ_OPTION_BOOL 3u
#define EXECZ_OPTION_DURATION 4u /* allowed: "1s..1h" */
#define EXECZ_OPTION_SIZE 5u     /* allowed: "1KiB..1GiB" */
#define EXECZ_OPTION_PATH 6u     /* made absolute against the configuration file's directory */
#define EXECZ_OPTION_CHOICE 7u   /* allowed: "fast|safe" */

#define EXECZ_OPTION_REQUIRED 1u
#define EXECZ_OPTION_SECRET 2u     /* never printed or logged */
#define EXECZ_OPTION_RELOADABLE 4u /* a reload applies it without a restart */

/**
 * One option, declared as data: the host checks what the operator wrote before start() is called,
 * and tools read the same bytes from the file without running it.  Hence no pointers: text in
 * place, terminated.
 */
typedef struct execz_option {
    uint32_t size;          /* sizeof(execz_option); EXECZ_OPTION() sets it */
    uint32_t type;          /* EXECZ_OPTION_STRING to EXECZ_OPTION_CHOICE */
    uint32_t flags;         /* EXECZ_OPTION_REQUIRED, _SECRET, _RELOADABLE */
    uint32_t reserved;      /* 0 */
    char name[32];          /* lower case, digits and '_' */
    char default_value[64]; /* as the operator would write it; empty: none */
    char allowed[112];      /* range or choices, see the types; empty: anything of the type */
    char help[160];         /* one sentence for the operator */
} execz_option;

/** One element of an option table: EXECZ_OPTION(INT, 0, "max_workers", "10", "1..1000", "..."). */
#define EXECZ_OPTION(TYPE, FLAGS, NAME, DEFAULT, ALLOWED, HELP)                                    \
    {                                                                                              \
        sizeof(execz_option), EXECZ_OPTION_##TYPE, (FLAGS), 0, NAME, DEFAULT, ALLOWED, HELP        \
    }

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

/* ---- facts in the file ---------------------------------------------------------------------- */

/*
 * ELF notes named "execz" in section .note.execz, which tools read without running the plugin:
 *   type 1  text "key=value", each ended by NUL: abi, needs_abi, id, version, kind, alias, caps,
 *   summary type 2  alias[64], then execz_option records: the options of that component
 *   type 3  the same for its task options
 */
#define EXECZ_NOTE_MANIFEST 1u
#define EXECZ_NOTE_OPTIONS 2u
#define EXECZ_NOTE_TASK_OPTIONS 3u

#define EXECZ_PASTE_(a, b) a##b
#define EXECZ_PASTE(a, b) EXECZ_PASTE_(a, b)
#define EXECZ_TEXT_(a) #a
#define EXECZ_TEXT(a) EXECZ_TEXT_(a)
#define EXECZ_IN_NOTE __attribute__((section(".note.execz"), aligned(4), used))

/** Writes the manifest; text is "key=value\0key=value". */
#define EXECZ_NOTE(text)                                                                           \
    EXECZ_IN_NOTE static const struct {                                                            \
        uint32_t name_size, text_size, type;                                                       \
        char name[8];                                                                              \
        char body[(sizeof(text) + 3) & ~(size_t)3];                                                \
    } EXECZ_PASTE(execz_note_, __LINE__) = {6, (uint32_t)((sizeof(text) + 3) & ~(size_t)3),        \
                                            EXECZ_NOTE_MANIFEST, "execz", text}

/**
 * Defines the option table `table` and writes it into the file's note for the component named alias
 * (the component's own alias text).  The elements are EXECZ_OPTION().  Use
 * EXECZ_WITH_OPTIONS(table) in the component.
 */
#define EXECZ_OPTIONS(table, alias_text, ...)                                                      \
    EXECZ_OPTION_TABLE_(table, EXECZ_NOTE_OPTIONS, alias_text, __VA_ARGS__)
#define EXECZ_TASK_OPTIONS(table, alias_text, ...)                                                 \
    EXECZ_OPTION_TABLE_(table, EXECZ_NOTE_TASK_OPTIONS, alias_text, __VA_ARGS__)
#define EXECZ_OPTION_TABLE_(table, note_type, alias_text, ...)                                     \
    static const execz_option table[] = {__VA_ARGS__};                                             \
    EXECZ_IN_NOTE static const struct {                                                            \
        uint32_t name_size, body_size, type;                                                       \
        char name[8];                                                                              \
        char alias[64];                                                                            \
        execz_option option[sizeof(table) / sizeof(table[0])];                                     \
    } EXECZ_PASTE(table, _note_) = {6,       64 + sizeof(table), note_type,                        \
                                    "execz", alias_text,         {__VA_ARGS__}}
#define EXECZ_WITH_OPTIONS(table)                                                                  \
    .options = (table), .n_options = (uint32_t)(sizeof(table) / sizeof((table)[0]))
#define EXECZ_WITH_TASK_OPTIONS(table)                                                             \
    .task_options = (table), .n_task_options = (uint32_t)(sizeof(table) / sizeof((table)[0]))

/* ---- golden layout -------------------------------------------------------------------------- */

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
EXECZ_SIZE_(execz_run_info, 24);

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
EXECZ_SIZE_(execz_result, 88);

EXECZ_AT_(execz_waiter, size, 0);
EXECZ_AT_(execz_waiter, reserved, 4);
EXECZ_AT_(execz_waiter, self, 8);
EXECZ_AT_(execz_waiter, sleep, 16);
EXECZ_AT_(execz_waiter, wait_fd, 24);
EXECZ_AT_(execz_waiter, wait_child, 32);
EXECZ_AT_(execz_waiter, offload, 40);
EXECZ_AT_(execz_waiter, yield, 48);
EXECZ_SIZE_(execz_waiter, 56);

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
EXECZ_SIZE_(execz_host, 144);

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
EXECZ_SIZE_(execz_executor_ops, 80);

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

#ifdef __cplusplus
}
#endif
#endif
