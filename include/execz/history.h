/* SPDX-License-Identifier: MIT */
/**
 * execz/history.h -- how the run times of tasks have ended.
 *
 * Each run time that was due has one record once it has ended, however that was: executed, failed,
 * missed, cancelled, lost, or skipped because its task had max_instances runs.  A scheduler with a
 * durable store keeps records there by that store's rules; any other keeps the last `history` of
 * execz_scheduler_options in memory.
 */
#ifndef EXECZ_HISTORY_H
#define EXECZ_HISTORY_H

#include <execz/scheduler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Refused: the task had as many runs as it may.  Only in the history, and never by an executor. */
#define EXECZ_OUTCOME_SKIPPED 7u

/** One run time and its end; texts are valid during the call that tells it. */
typedef struct execz_history_record {
    uint32_t size;
    uint32_t outcome;        /* EXECZ_OUTCOME_* */
    uint64_t id;             /* ascending in the order of ends, and unique in its store */
    const char *task;        /* id; with scheduled what names the run time */
    const char *executor;    /* alias */
    execz_time scheduled;    /* the run time */
    execz_time submitted;    /* when the executor got it; 0: it never did */
    execz_time started;      /* when its body began; 0: it never did */
    execz_time finished;     /* when that was known */
    execz_run run;           /* token as on its events; 0: it was no run.  Only of this life */
    uint32_t attempt;        /* 1 for the first */
    uint32_t source;         /* EXECZ_SOURCE_* */
    uint64_t coalesced;      /* further run times that this one covers */
    int32_t exit_status;     /* as in execz_result, as the next */
    int32_t signal;          /*  */
    const char *message;     /* why it is not OK; NULL: nothing to say */
    const char *value;       /* FUNCTION, COROUTINE: result as JSON; NULL: none */
    const char *output;      /* head and tail of what it printed, not terminated; NULL: none */
    uint64_t output_length;  /* at most EXECZ_HISTORY_OUTPUT_MAX */
    uint64_t output_dropped; /* bytes left out between head and tail */
    execz_duration cpu_user; /* as in execz_result; 0: not known, as the next two */
    execz_duration cpu_system;
    uint64_t max_rss;
} execz_history_record;

/** Which outcomes are meant: EXECZ_HISTORY_OF(EXECZ_OUTCOME_ERROR) | ... */
#define EXECZ_HISTORY_OF(outcome) (1u << (outcome))
/** All but EXECZ_OUTCOME_OK. */
#define EXECZ_HISTORY_FAILED 0xfcu
#define EXECZ_HISTORY_ANY 0xfeu

/** Which records are meant: those for which all of this holds.  From EXECZ_HISTORY_FILTER_INIT. */
typedef struct execz_history_filter {
    uint32_t size;
    uint32_t outcomes;    /* EXECZ_HISTORY_OF(), or'ed; 0: any */
    const char *task;     /* of this id; NULL: any */
    execz_time scheduled; /* this run time; EXECZ_TIME_NEVER: any */
    execz_time since;     /* finished at or after; 0: whenever */
    execz_time until;     /* finished before; EXECZ_TIME_NEVER: whenever */
    uint64_t before;      /* of a smaller id, to go on where an answer has ended; 0: any */
    uint64_t id;          /* this record; 0: any */
    uint32_t limit;       /* so many at most, the newest; 0: EXECZ_HISTORY_LIMIT_MAX */
    uint32_t output;      /* 0: records come without value and output, which is cheaper; 1: with */
} execz_history_filter;

/* clang-format off */
#define EXECZ_HISTORY_FILTER_INIT                                                                  \
    {sizeof(execz_history_filter), 0, NULL, EXECZ_TIME_NEVER, 0, EXECZ_TIME_NEVER, 0, 0, 0, 0}
/* clang-format on */

#define EXECZ_HISTORY_LIMIT_MAX 100000u   /* records in one answer */
#define EXECZ_HISTORY_OUTPUT_MAX 65536u   /* bytes of output, and of value, kept of one record */
#define EXECZ_HISTORY_MAX 1000000u        /* of execz_scheduler_options.history */
#define EXECZ_HISTORY_BYTES_MAX 268435456 /* that records in memory may have; the oldest go first */

/** Hears of a record.  May call any function of the scheduler that the caller may. */
typedef void (*execz_history_function)(void *user, const execz_history_record *record);

/**
 * Tells of the records that filter names, on the calling thread, the newest end first.
 *
 * @filter  NULL: the newest EXECZ_HISTORY_LIMIT_MAX
 *
 * EXECZ_E_INVAL for an outcome that there is not; EXECZ_E_LIMIT for a limit above
 * EXECZ_HISTORY_LIMIT_MAX; EXECZ_E_IO if the store cannot be read.  Then of none is told.
 * [any-thread]
 */
EXECZ_API execz_status execz_scheduler_history(execz_scheduler *self,
                                               const execz_history_filter *filter,
                                               execz_history_function record, void *user,
                                               execz_error *err);

#ifdef __cplusplus
}
#endif
#endif
