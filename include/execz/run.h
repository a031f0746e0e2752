/* SPDX-License-Identifier: MIT */
/**
 * execz/run.h -- what is run, how its body waits, and how it ended.
 *
 * Part of the plugin ABI; <execz/plugin.h> says the rules of layout, ownership and threads.
 */
#ifndef EXECZ_RUN_H
#define EXECZ_RUN_H

#include <execz/types.h>

#ifdef __cplusplus
extern "C" {
#endif

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

/** A number that no other open run of this host has: small, from 0, good as the index of an array. */
#define EXECZ_RUN_INDEX(run) ((uint32_t)(run)-1u)
/** All indices of a host are below this: it has no more open runs. */
#define EXECZ_RUNS_MAX 4194304u

/** The largest n_run_times of one send_task(). */
#define EXECZ_RUN_TIMES_MAX 100u

#define EXECZ_SOURCE_SCHEDULE 1u /* the trigger said so */
#define EXECZ_SOURCE_MANUAL 2u   /* somebody asked for it */
#define EXECZ_SOURCE_RETRY 3u

/** More about one dispatch, for executors that carry it out elsewhere. */
typedef struct execz_run_info {
    uint32_t size;
    uint32_t attempt; /* 1 for the first, then 2, 3, ... for retries */
    execz_run run;
    execz_time submitted; /* wall clock */
    uint32_t source;      /* EXECZ_SOURCE_*; only a run of the schedule can be too late */
    uint32_t reserved;
} execz_run_info;

#define EXECZ_OUTCOME_OK 1u
#define EXECZ_OUTCOME_ERROR 2u
#define EXECZ_OUTCOME_MISSED 3u /* its misfire grace time was over before it could start */
#define EXECZ_OUTCOME_CANCELLED 4u
#define EXECZ_OUTCOME_TIMEOUT 5u
#define EXECZ_OUTCOME_LOST 6u /* nobody can say how it ended */

/** How one run time ended. */
typedef struct execz_result { /* at least EXECZ_RESULT_SIZE long, in any version */
    uint32_t size;
    uint32_t outcome;    /* EXECZ_OUTCOME_* */
    execz_time run_time; /* which of the dispatched run times this is */
    execz_time started;  /* wall clock; 0: never started */
    execz_time finished; /* wall clock */
    int32_t exit_status; /* COMMAND: what it exited with; -1 if it did not exit.  FUNCTION that has
                            returned a failure: its execz_status, or whatever it is */
    int32_t signal;      /* COMMAND: the signal that ended it; 0 if none */
    const char *message; /* why it is not OK; NULL if there is nothing to say */
    const char *value;   /* FUNCTION, COROUTINE: its result as JSON; NULL if none */
    uint64_t value_length;
    const char *output; /* COMMAND: captured output, head and tail; not terminated; NULL if none */
    uint64_t output_length;
    uint64_t output_dropped; /* bytes left out between head and tail */
    execz_duration cpu_user; /* what a process of its own has used; 0: not known, as the next two */
    execz_duration cpu_system;
    uint64_t max_rss; /* the most memory it had, in bytes */
} execz_result;

/**
 * How a body waits.  Whoever runs the body supplies it, so that one function runs unchanged on a
 * thread (a wait blocks), on an event loop (a wait suspends) and in a worker process.  Each returns
 * 0 or more on success, else a negative errno: -ECANCELED, -ETIMEDOUT (the run's own deadline, or
 * the call's timeout).
 * [the thread that runs the body]
 */
typedef struct execz_waiter execz_waiter;
struct execz_waiter {
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
    /**
     * Starts entry(argument, waiter) as a coroutine of its own beside the caller, which waits
     * through the waiter it is given; *child_out names it for the next two.  -EAGAIN: a limit is
     * reached.  Whoever spawns joins, before it returns itself.
     */
    int32_t (*spawn)(void *self, void (*entry)(void *argument, const execz_waiter *waiter),
                     void *argument, void **child_out);
    /** Waits until child's entry has returned; then it is gone.  After an error join it again. */
    int32_t (*join)(void *self, void *child, execz_duration timeout);
    /** From now on the waits of child return -ECANCELED. */
    int32_t (*cancel)(void *self, void *child);
};

#ifdef __cplusplus
}
#endif
#endif
