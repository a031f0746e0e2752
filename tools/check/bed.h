/* SPDX-License-Identifier: MIT */
/* One started executor under check, and the runs that were sent to it.
 *
 * The calls below are for the thread that checks; they have the plugin called on the thread that the
 * contract says. */
#ifndef EZ_CHECK_BED_H
#define EZ_CHECK_BED_H

#include "executor/executor.h"

#include "ledger.h"

typedef struct ez_bed ez_bed;

/* What kind of body a run has. */
typedef enum ez_kind { EZ_ANY, EZ_FUNCTION, EZ_COROUTINE, EZ_COMMAND } ez_kind;

typedef struct ez_how {
    unsigned n; /* run times; 0: one */
    ez_kind kind;
    bool holds; /* its body waits until it is released or told to stop */
    bool fails;
    bool unflushed; /* flush() is not called afterwards */
    bool vanishes;  /* its task cannot be read any more once it is finished */
    int32_t priority;
    uint32_t max_instances; /* 0: as many as one likes */
    const char *task_id;    /* NULL: one that no other run has */
} ez_how;

/* One run that was sent. */
typedef struct ez_sent {
    ez_bed *bed;
    ez_how how;
    unsigned n;
    execz_time times[8];
    ez_slip *slip;
    struct ez_task *task; /* owned */
    execz_task *copy;     /* what the plugin is given, in a page of its own; NULL: the host's */
    execz_run token;      /* once opened */
    atomic_bool opened;   /* the loop has come to it */
    execz_status answer;  /* of send_task(), once answered */
    execz_error err;
    int64_t took; /* in send_task(), without what execute() took of it */
    atomic_bool answered;

    atomic_bool closed;  /* finished, and the loop has taken it */
    uint32_t outcome[8]; /* of each run time, once closed */
    char message[160];   /* of the first */

    atomic_uint finishes;  /* calls of finish() for it */
    atomic_uint executed;  /* by execute() */
    atomic_uint inside;    /* threads in execute() */
    atomic_uint finishing; /* threads in finish() */
} ez_sent;

/* An executor with this alias; the options are those that were given to the checker, and name with
 * value on top (NULL: none).  Ends the check as failed if they are refused. */
ez_bed *ez_bed_new(const char *alias, const char *name, const char *value);

/* Whether the value is one that the option allows. */
bool ez_bed_allows(const char *name, const char *value);

/* start(); the second ends the check as failed if that fails. */
execz_status ez_bed_try_start(ez_bed *self, execz_error *err);
void ez_bed_start(ez_bed *self);

/* A new one that is started. */
ez_bed *ez_bed_started(const char *name, const char *value);

/* shutdown(), waiting so long at most (less than 0: without a deadline). */
execz_status ez_bed_shutdown(ez_bed *self, uint32_t flags, execz_duration wait);

/* Joins the host's threads and calls destroy(); then it can be started again. */
void ez_bed_destroy(ez_bed *self);

/* Shuts down without cancelling, waits for all runs, and destroys. */
void ez_bed_stop(ez_bed *self);
void ez_bed_free(ez_bed *self);

/* ---- runs ------------------------------------------------------------------------------------- */

/* Whether it takes any body that tells the check about itself. */
bool ez_bed_has_bodies(void);

/* Loads the plugin; the check is skipped if it takes none. */
void ez_need_bodies(void);

/* Has the loop send a run, and does not wait for it. */
ez_sent *ez_bed_post(ez_bed *self, ez_how how);

/* The same, and waits until send_task() has returned. */
ez_sent *ez_bed_send(ez_bed *self, ez_how how);

/* The same; the check fails if it is not accepted. */
ez_sent *ez_bed_submit(ez_bed *self, ez_how how);

/* The loop is not to sleep: flush(). */
void ez_bed_flush(ez_bed *self);

/* Lets the body go on that holds; NULL: all. */
void ez_bed_release(ez_bed *self, ez_sent *sent);

/* Waits; the check fails if it does not come. */
void ez_bed_await_closed(ez_sent *sent);
void ez_bed_await_all(ez_bed *self);               /* each run that was accepted */
void ez_bed_await_began(ez_bed *self, unsigned n); /* bodies, since the start */
void ez_bed_await_quiet(ez_bed *self);             /* each send_task() has returned */

unsigned ez_bed_count_began(ez_bed *self);
unsigned ez_bed_count_accepted(ez_bed *self);

/* How many of the accepted runs are not closed. */
unsigned ez_bed_count_open(ez_bed *self);

/* The runs in the order in which they were sent. */
size_t ez_bed_count_sent(ez_bed *self);
ez_sent *ez_bed_sent(ez_bed *self, size_t index);

/* The run of this token that was sent last; NULL if there was none.  [any-thread] */
ez_sent *ez_bed_find(ez_bed *self, execz_run token);

/* Which of its run times this is. */
unsigned ez_sent_index(const ez_sent *self, execz_time run_time);

/* The plugin's own state, and the host's. */
execz_executor *ez_bed_executor(ez_bed *self);
int ez_bed_blocks(ez_bed *self); /* of host->realloc(), at the last destroy() */

#endif
