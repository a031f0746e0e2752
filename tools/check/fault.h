/* SPDX-License-Identifier: MIT */
/* What a plugin does wrong, counted; and what is refused to it, as if the system had no more. */
#ifndef EZ_CHECK_FAULT_H
#define EZ_CHECK_FAULT_H

#include <stdbool.h>

#include <execz/types.h>

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

/* One more.  [any-thread] */
void ez_fault_note(ez_fault fault, const char *format, ...) EXECZ_PRINTF(2, 3);

/* How often that has happened in this process, and what was the first. */
unsigned ez_tap_faults(ez_fault fault, const char **first_out);

/* From now on so many calls of thread(), or of realloc() for new memory, are answered and then one
 * is refused, as if the system had no more; less than 0: none is.  The answer says whether one has
 * been. */
void ez_tap_refuse_thread(int after);
void ez_tap_refuse_memory(int after);
bool ez_tap_has_refused(void);

/* Whether this call is the one to be refused.  [any-thread] */
bool ez_tap_refuses_thread(void);
bool ez_tap_refuses_memory(void);

#endif
