/* SPDX-License-Identifier: MIT */
/**
 * execz/task.h -- what a program says about a task it adds, and what it is told about one.
 */
#ifndef EXECZ_TASK_H
#define EXECZ_TASK_H

#include <execz/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Limits of a task; beyond them adding it is EXECZ_E_LIMIT. */
#define EXECZ_TASK_ID_MAX 255                      /* bytes of an id */
#define EXECZ_MAX_INSTANCES_MAX 1000000            /* of max_instances */
#define EXECZ_OUTPUT_LIMIT_MAX (UINT64_C(1) << 30) /* of output_limit, bytes */
#define EXECZ_ARGS_LENGTH_MAX (UINT64_C(1) << 28)  /* of args, bytes */
#define EXECZ_TASK_OPTIONS_MAX 1000                /* of n_options */
#define EXECZ_OVERLAP_LIMIT_MAX 10000              /* of overlap_limit */
#define EXECZ_ATTEMPTS_MAX 10000                   /* of max_attempts */
#define EXECZ_RETRY_FACTOR_MAX 10000               /* of retry_factor, percent */
#define EXECZ_RETRY_NEVER_MAX 256                  /* of n_retry_never */

#define EXECZ_COALESCE_DEFAULT 0u /* the scheduler's default, which is LATEST */
#define EXECZ_COALESCE_LATEST 1u  /* of several missed run times only the latest is run */
#define EXECZ_COALESCE_NONE 2u    /* each is run, up to EXECZ_RUN_TIMES_MAX */

/* What becomes of a run time that is due while max_instances runs are not over; each is told by an
 * event. */
#define EXECZ_OVERLAP_DEFAULT 0u /* the scheduler's default, which is SKIP */
#define EXECZ_OVERLAP_SKIP 1u    /* refused: TASK_MAX_INSTANCES */
/* It waits until one of them is over; overlap_limit run times at most, further ones are refused.
 * What has waited longer than its misfire grace time is missed. */
#define EXECZ_OVERLAP_QUEUE 2u
/* The oldest of them is cancelled, and the new one starts when that has ended.  What still waits
 * then is cancelled by what comes later. */
#define EXECZ_OVERLAP_REPLACE 3u

/* After which outcomes another attempt is made. */
#define EXECZ_RETRY_ON_ERROR 1u
#define EXECZ_RETRY_ON_TIMEOUT 2u
#define EXECZ_RETRY_ON_LOST 4u
#define EXECZ_RETRY_ON_ALL 7u

/* What becomes of a run that was under way when the scheduler's process died.  Only with a durable
 * store; any other forgets it. */
#define EXECZ_DELIVERY_DEFAULT 0u       /* AT_MOST_ONCE */
#define EXECZ_DELIVERY_AT_MOST_ONCE 1u  /* it is LOST: it may have run, and is not run again */
#define EXECZ_DELIVERY_AT_LEAST_ONCE 2u /* it is run again, as the next attempt */

#define EXECZ_ORIGIN_PROGRAM 0u
/* With a durable store, a task that a configuration has said and says no more is removed when the
 * scheduler starts with that configuration. */
#define EXECZ_ORIGIN_CONFIG 1u

#define EXECZ_UNSET INT64_MIN /* a duration that is left to the scheduler's default */

/**
 * A task to be added.  Start from EXECZ_TASK_SPEC_INIT; texts are copied.  Exactly one of function,
 * argv and shell says what it runs.
 */
typedef struct execz_task_spec {
    uint32_t size;
    uint32_t max_instances;    /* runs at the same time; 0: the default, which is 1 */
    const char *id;            /* unique; letters, digits and ._-: at most EXECZ_TASK_ID_MAX */
    const char *name;          /* for people; NULL: the id */
    const char *executor;      /* alias; NULL: "default" */
    const char *trigger;       /* text, e.g. "interval(minutes=5)" */
    const char *timezone;      /* for a trigger that names none; NULL: the scheduler's */
    const char *function;      /* "module:name" */
    const char *const *argv;   /* a command, NULL-terminated */
    const char *shell;         /* a command line for /bin/sh -c */
    const char *const *env;    /* "NAME=value", NULL-terminated; NULL: none */
    const char *cwd;           /* NULL: the host's */
    const char *args;          /* a JSON object; NULL: {} */
    const execz_pair *options; /* for the executor, n_options of them */
    uint64_t n_options;
    execz_duration misfire_grace_time; /* EXECZ_UNSET: the default (1 h); < 0: no limit */
    execz_duration timeout;            /* 0: none */
    execz_duration kill_grace;         /* commands, from TERM to KILL; EXECZ_UNSET: 5 s */
    uint64_t output_limit;             /* commands, bytes kept of each run; 0: 64 KiB */
    uint32_t coalesce;                 /* EXECZ_COALESCE_* */
    int32_t priority;
    uint32_t overlap;       /* EXECZ_OVERLAP_* */
    uint32_t overlap_limit; /* QUEUE: run times that wait at most; 0: 1 */
    /* A run time that fails is attempted again, max_attempts times in all.  Each failure but the
     * last is told by TASK_RETRY, the last one by its terminal event.  Meanwhile the run time counts
     * as one of max_instances; removing the task and shutting down end it as CANCELLED. */
    uint32_t max_attempts;          /* 0: 1, no retry */
    uint32_t retry_on;              /* EXECZ_RETRY_ON_*; 0: all */
    uint32_t retry_factor;          /* percent of the delay before; 100: always the same; 0: 200 */
    uint32_t retry_jitter;          /* percent by which a delay may be shorter, 0 to 100 */
    execz_duration retry_delay;     /* from the end of the first to the second; EXECZ_UNSET: 1 s */
    execz_duration retry_max_delay; /* EXECZ_UNSET: 1 h, or retry_delay if that is longer */
    const int32_t *retry_never; /* n of them: exit statuses of commands, or what functions return,
                                   after which no other attempt is made; see execz_result */
    uint64_t n_retry_never;
    uint32_t delivery; /* EXECZ_DELIVERY_* */
    uint32_t origin;   /* EXECZ_ORIGIN_*: who says it */
} execz_task_spec;

/* clang-format off */
#define EXECZ_TASK_SPEC_INIT                                                                       \
    {sizeof(execz_task_spec), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
     NULL, 0, EXECZ_UNSET, 0, EXECZ_UNSET, 0, 0, 0, 0, 0, 0, 0, 0, 0, EXECZ_UNSET, EXECZ_UNSET,     \
     NULL, 0, 0, 0}
/* clang-format on */

#ifdef __cplusplus
}
#endif
#endif
