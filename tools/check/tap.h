/* SPDX-License-Identifier: MIT */
/* The table that an executor under check is given: each function notes what the plugin does, and
 * then calls that of the real host. */
#ifndef EZ_CHECK_TAP_H
#define EZ_CHECK_TAP_H

#include "executor/host.h"

struct ez_bed;
typedef struct ez_sent ez_sent;

/* What a plugin can do wrong in its calls. */
typedef enum ez_fault {
    EZ_FAULT_FINISH_TWICE,   /* a run that it has just finished */
    EZ_FAULT_FINISH_STALE,   /* one whose slot has been closed since */
    EZ_FAULT_FINISH_UNKNOWN, /* a number that is no run */
    EZ_FAULT_FINISH_REFUSED, /* a run that it has not accepted */
    EZ_FAULT_FINISH_INSIDE,  /* while a thread executes it */
    EZ_FAULT_RESULT,         /* results that the host cannot take */
    EZ_FAULT_EXECUTE,        /* what is not open, or once too often */
    EZ_FAULT_ORDER,          /* run times not in their order */
    EZ_FAULT_LATE,           /* any call after destroy() has returned */
    EZ_FAULT_UNDECLARED,     /* an option that it does not declare */
    EZ_FAULT_OPTION_TYPE,    /* the number of an option that has none */
    EZ_N_FAULTS,
} ez_fault;

/* Starts allowed in one process: a table is never used again, so that who uses one too late is
 * found. */
enum { EZ_TAPS = 1024 };

typedef struct ez_tap {
    ez_host host; /* first: the plugin's pointer is ours */
    struct ez_bed *bed;
    atomic_bool gone;  /* destroy() has returned */
    atomic_int blocks; /* of realloc(), not yet freed */
} ez_tap;

/* A fresh tap around a host of bed. */
ez_tap *ez_tap_new(struct ez_bed *bed, ez_executor *executor, const char *alias,
                   const ez_options *options);

/* destroy() has returned. */
void ez_tap_end(ez_tap *self);

/* How often that has happened in this process, and what was the first. */
unsigned ez_tap_faults(ez_fault fault, const char **first_out);

/* Notes that a run was finished inside of send_task(), which then refused it. */
void ez_tap_note_refused(const ez_sent *sent);

/* What this thread has spent in host->execute() and host->work(). */
int64_t ez_tap_time_in_bodies(void);

/* From now on so many calls of thread(), or of realloc() for new memory, are answered and then one
 * is refused, as if the system had no more; less than 0: none is.  The answer says whether one has
 * been. */
void ez_tap_refuse_thread(int after);
void ez_tap_refuse_memory(int after);
bool ez_tap_has_refused(void);

#endif
